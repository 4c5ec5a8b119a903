// A refused request takes no room: whoever sends a wrong Idempotency-Key again and again is refused again
// and again, and never told that too much is under way.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { IMPORTS, RECORDINGS } from '../../src/api/limits.ts';
import { operations } from '../hostile/requests.ts';
import { post, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
});
afterAll(() => service.close());

const KEYED = operations.filter(({ parameters = [] }) =>
  parameters.some(({ name }) => name.toLowerCase() === 'idempotency-key'),
);
/** More than any of these routes has room for. */
const TIMES = 2 * Math.max(RECORDINGS.all, IMPORTS.all);

it('the document tells of keys', () => {
  const ids = KEYED.map(({ operationId }) => operationId);
  expect(ids).toEqual(expect.arrayContaining(['importRecording', 'postSyscalls', 'createBranch']));
});

it.each(KEYED.map((operation) => [operation.operationId, operation] as const))(
  '%s',
  async (_, { path, method, requestBody }) => {
    const [type = 'application/json'] = Object.keys(requestBody?.content ?? {});
    const url = path.replaceAll('{host}', 'h').replaceAll(/\{\w+\}/g, '1');
    for (let i = 0; i < TIMES; i++) {
      const response = await service.app.request(url, {
        method: method.toUpperCase(),
        headers: { 'content-type': type, 'idempotency-key': ' ' },
        ...(requestBody && { body: type.endsWith('json') ? '{}' : '1' }),
      });
      expect(response.status, await response.text()).toBe(422);
    }
  },
);
