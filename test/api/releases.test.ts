// What each kernel does, over the API.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from './running.ts';

let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const get = async (path: string) => {
  const response = await service.app.request(path);
  return { status: response.status, body: JSON.parse(await response.text()) };
};

describe('GET /v1/releases', () => {
  it('lists every release with every switch', async () => {
    const { body } = await get('/v1/releases');
    const ids = body.items.map((item: { id: string }) => item.id);
    expect(ids[0]).toBe('v2-series');
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toEqual(expect.arrayContaining(['5.7', '5.10.262', '6.12.94', '6.18.44', '7.3.4']));
    const counts = body.items.map((item: { switches: unknown[] }) => item.switches.length);
    expect(new Set(counts).size).toBe(1);
  });

  it('finds the release that a uname -r means', async () => {
    const { body } = await get('/v1/releases?release=6.1.0-56-cloud-amd64');
    expect(body.items).toMatchObject([{ id: '6.1.192', basis: 'measured' }]);
  });

  it('refuses one that is not known and lists those that are', async () => {
    const { status, body } = await get('/v1/releases?release=4.4');
    expect(status).toBe(422);
    expect(body).toMatchObject({ type: 'urn:bpfledger:problem:unknown-release', field: 'release' });
    expect(body.detail).toContain('known are v2-series, versions from 5.7 to 7.3');
  });
});

describe('GET /v1/releases/diff', () => {
  it('tells the difference in sentences', async () => {
    const { body } = await get('/v1/releases/diff?from=6.1&to=7.3');
    expect(body).toMatchObject({ from: '6.1.192', to: '7.3.4' });
    const sentences = body.differences.map((one: { sentence: string }) => one.sentence);
    expect(sentences).toContainEqual(expect.stringContaining('takes the flag preorder'));
  });

  it.each(['from=6.1', 'to=6.1', 'from=6.1&to=4.4', 'from=6.1&to=7.3&x=1'])(
    'refuses %s',
    async (query) => {
      expect((await get(`/v1/releases/diff?${query}`)).status).toBe(422);
    },
  );
});
