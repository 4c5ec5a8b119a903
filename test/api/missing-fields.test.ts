// What a request lacks: the answer names the field, says what to give, and tells of no limit, for what is
// missing has passed none.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CALL_NAMES, fieldsOfCall } from '../../src/events/schema/call-schema.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());

const send = async (call: object) =>
  problem(await post(service.app, '/v1/hosts/h/syscalls', { body: { call } }));

it('an attach type that is missing is told so, with a name to give', async () => {
  const told = await send({ name: 'link_create' });
  const message = 'is missing; give a name, such as cgroup_inet_egress, or a number';
  expect(told).toMatchObject({ status: 422, detail: `call.attach_type: ${message}` });
  expect(told.errors).toEqual([{ field: 'call.attach_type', message }]);
  expect(told).not.toHaveProperty('limit');
});

describe('each field that a call needs', () => {
  const needed = CALL_NAMES.flatMap((name) =>
    (fieldsOfCall(name) ?? [])
      .filter(({ optional }) => !optional)
      .map(({ field }) => [name, field]),
  );
  it.each(needed)('%s without %s', async (name, field) => {
    const { errors = [] } = await send({ name });
    const error = errors.find((one) => one.field === `call.${field}`);
    // Of few words each is told, whatever came in place of one.
    expect(error?.message).toMatch(
      /^(is missing; give an? \S|must be \w+(, \w+)*$|must be one of )/,
    );
    expect(error).not.toHaveProperty('limit');
  });
});

describe('what is not a number passes no limit', () => {
  it.each([
    ['attach_type', null, 'must be a name or 0…4294967295'],
    ['flags', 'multi', 'must be a list of at most 32 flags, or one number 0…4294967295'],
    ['prog_fd', null, 'must be a number'],
  ])('%s: %j', async (field, value, message) => {
    const { errors } = await send({ name: 'link_create', attach_type: 'egress', [field]: value });
    expect(errors).toEqual([{ field: `call.${field}`, message }]);
  });
});

describe('a parameter that a read needs', () => {
  it.each([
    ['hosts/h/effective', ['cgroup', 'attach_type']],
    ['hosts/h/bisect?cgroup=/&attach_type=egress', ['condition']],
    ['hosts/h/proofs/inclusion', ['position']],
    ['effective/majority', ['attach_type', 'cgroup']],
  ])('GET %s', async (path, fields) => {
    const { errors } = await problem(await service.app.request(`/v1/${path}`));
    const message = (field: string) => `is missing; add ${field}=… to the query`;
    expect(errors).toEqual(fields.map((field) => ({ field, message: message(field) })));
  });

  it.each(['', 'web', 'a/b'])('a cgroup %j is told what it may be', async (cgroup) => {
    const path = `/v1/hosts/h/effective?attach_type=egress&cgroup=${cgroup}`;
    const { detail } = await problem(await service.app.request(path));
    expect(detail).toBe('cgroup: must be the id of a cgroup or an absolute path');
  });
});
