// What the model does not know is a problem, and no answer of a kernel that nobody gave.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'filters', release: '6.18' } });
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

const create = {
  ...{ name: 'map_create', map_type: 'bloom_filter' },
  ...{ key_size: 0, value_size: 4, max_entries: 4 },
};
const push = { name: 'map_update_elem', map_fd: 3, key: 0, value: 1 };

async function positionOf(): Promise<unknown> {
  const answer = await service.app.request('/v1/hosts/filters');
  return ((await answer.json()) as { position: number }).position;
}

it('a call of which no answer is known is a 422, and nothing of its list is recorded', async () => {
  const calls = [{ call: create }, { call: push }];
  const told = await problem(
    await post(service.app, '/v1/hosts/filters/syscalls', { body: calls }),
  );
  expect(told).toMatchObject({ type: 'urn:bpfledger:problem:not-modelled', field: '1.call' });
  expect(told.detail).toContain('an element of a bloom_filter map is not modelled');
  expect(await positionOf()).toBe(1);
});

it('a plan says the same', async () => {
  const calls = [{ call: create }, { call: push }];
  const planned = await post(service.app, '/v1/hosts/filters/plan', { body: calls });
  expect((await problem(planned)).type).toBe('urn:bpfledger:problem:not-modelled');
});

it('a map whose elements are not modelled is created, and has an id', async () => {
  const body = { call: create };
  expect((await post(service.app, '/v1/hosts/filters/syscalls', { body })).status).toBe(200);
  expect(await positionOf()).toBe(2);
});
