// Branches through the API: made, posted to, compared with their origin, hidden.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { branchPage } from '../../src/api/routes/branches.ts';
import { diffAnswer } from '../../src/api/wire/diff.ts';
import { branchRow, hostDetail, hostPage } from '../../src/api/wire/hosts.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'web', release: '6.18' } });
  await mkdir('web', '/a');
  await mkdir('web', '/b');
  await branch({ name: 'what-if', at: 2 });
  await mkdir('what-if', '/c');
});
afterAll(() => service.close());

const mkdir = (host: string, path: string) =>
  post(service.app, `/v1/hosts/${host}/syscalls`, { body: { call: { name: 'mkdir', path } } });
const branch = (body: object, headers: Record<string, string> = {}, host = 'web') =>
  post(service.app, `/v1/hosts/${host}/branches`, { body, headers });
const get = (path: string) => service.app.request(path);

describe('a branch', () => {
  it('is a host of its own, which says where it grew from', async () => {
    const { items } = await parse(await get('/v1/hosts/web/branches'), branchPage);
    expect(items).toMatchObject([
      { name: 'what-if', position: 3, origin: { host: 'web', position: 2 } },
    ]);
    const all = await parse(await get('/v1/hosts'), hostPage);
    expect(all.items.map(({ name, origin }) => [name, origin?.host])).toEqual([
      ['web', undefined],
      ['what-if', 'web'],
    ]);
    const detail = await parse(await get('/v1/hosts/what-if'), hostDetail);
    expect(detail).toMatchObject({ boot: 1, position: 3, origin: { host: 'web', position: 2 } });
  });

  it('differs from its origin by what each did since', async () => {
    const response = await get('/v1/hosts/what-if/diff?against=web');
    // Either of the two may move, and an ETag names one position.
    expect(response.headers.get('etag')).toBeNull();
    const found = await parse(response, diffAnswer);
    expect(found).toMatchObject({ from: 3, to: 3, against: 'web', position: 3 });
    expect(found.cgroups.changed).toMatchObject([
      { key: 3, was: { path: '/b' }, is: { path: '/c' }, because: [3] },
    ]);
    expect(found.events).toMatchObject([{ position: 3, call: 'mkdir' }]);
    const text = await get('/v1/hosts/what-if/diff?against=web&format=text');
    expect(await text.text()).toMatch(/^From position 3 of web to 3: 1 event changed this\n/);
    const same = await parse(
      await get('/v1/hosts/what-if/diff?against=web&from=2&to=2'),
      diffAnswer,
    );
    expect([same.cgroups, same.events]).toEqual([{ added: [], removed: [], changed: [] }, []]);
  });

  it('is not compared with a host that shares nothing with it', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'other', release: '6.18' } });
    expect(await problem(await get('/v1/hosts/other/diff?against=web'))).toMatchObject({
      status: 422,
      field: 'against',
    });
  });

  it('is made once under one key, and under one name', async () => {
    const key = { 'idempotency-key': 'once' };
    const first = await branch({ name: 'keyed', at: 'boot:1' }, key);
    const again = await branch({ name: 'keyed', at: 'boot:1' }, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await parse(again, branchRow)).toEqual(await parse(first, branchRow));
    expect(first.headers.get('location')).toBe('/v1/hosts/keyed');
    expect(await problem(await branch({ name: 'keyed' }))).toMatchObject({ status: 409 });
    expect(await problem(await branch({ name: 'keyed', at: 1 }, key))).toMatchObject({
      type: 'urn:bpfledger:problem:idempotency-mismatch',
    });
  });

  it('is refused with what is wrong', async () => {
    expect(await problem(await branch({ name: 'UPPER' }))).toMatchObject({ field: 'name' });
    expect(await problem(await branch({ name: 'x', at: 99 }))).toMatchObject({
      type: 'urn:bpfledger:problem:no-such-position',
      field: 'at',
    });
    expect(await problem(await branch({ name: 'x', from: 1 }))).toMatchObject({ status: 422 });
    expect(await problem(await branch({ name: 'x' }, {}, 'nobody'))).toMatchObject({ status: 404 });
  });

  it('is hidden when it is dropped', async () => {
    await branch({ name: 'gone' });
    const drop = (host: string) =>
      service.app.request(`/v1/hosts/${host}/branches/gone`, { method: 'DELETE' });
    expect(await problem(await drop('what-if'))).toMatchObject({ status: 404 });
    expect((await drop('web')).status).toBe(204);
    expect(await problem(await get('/v1/hosts/gone'))).toMatchObject({ status: 404 });
    expect(await problem(await drop('web'))).toMatchObject({ status: 404 });
    expect(await problem(await branch({ name: 'gone' }))).toMatchObject({ status: 409 });
  });
});
