// The life of a token: how long it must be, when it ends, what becomes of streams then, and what
// the file that holds its hash must be like.

import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenBook } from '../../src/api/guard/token-book.ts';
import { tokensOf } from '../../src/api/guard/tokens.ts';
import { readTokensFile } from '../../src/api/guard/tokens-file.ts';
import { ProblemError } from '../../src/api/problem.ts';
import { systemClock } from '../../src/events/clock.ts';
import { microsOf } from '../../src/events/encoding/rfc3339.ts';
import { post, problem, startTestService, type TestService } from './running.ts';

const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
const line = (name: string, token: string, more: object = {}) =>
  JSON.stringify({ name, role: 'admin', hosts: ['*'], sha256: sha256(token), ...more });

const LONG = 'a-token-of-some-length';
const SHORT = 'nineteen-characters';
const BEARER = { authorization: `Bearer ${LONG}` };

describe('a token', () => {
  const END = '2026-03-01T12:00:00Z';
  let now = 0;
  const book = tokenBook(
    tokensOf([line('a', LONG, { expires: END }), line('b', SHORT)].join('\n')),
    { ...systemClock, now: () => now },
  );
  const detailOf = (header: string | undefined) => {
    const found = book.bearer(header);
    return found instanceof ProblemError ? found.details.detail : found.actor;
  };

  it('counts until it expires', () => {
    now = (microsOf(END) ?? 0) - 1;
    expect(detailOf(`Bearer ${LONG}`)).toBe('token:a');
    now++;
    expect(detailOf(`Bearer ${LONG}`)).toBe('this token expired at 2026-03-01T12:00:00.000000Z');
  });

  it.each([
    [undefined, /^send Authorization: Bearer TOKEN$/],
    ['Basic YTpi', /^send Authorization: Bearer TOKEN$/],
    [`Bearer ${SHORT}`, /^a token has 20…512 visible ASCII characters, as `openssl rand -hex 32`/],
    [`Bearer ${'x'.repeat(513)}`, /^a token has 20…512/],
    [`Bearer ${LONG}x`, /^this token is not known here$/],
  ])('is refused with a reason: %s', (header, reason) => {
    expect(detailOf(header)).toMatch(reason);
  });

  it('has an end that is a time', () => {
    expect(() => tokensOf(line('a', LONG, { expires: 'tomorrow' }))).toThrow(
      /token 1: expires must be an RFC 3339 time/,
    );
  });
});

describe('tokens that are read again', () => {
  let service: TestService;
  const KEPT = 'the-token-that-is-kept';
  const GONE = 'the-token-that-is-gone';
  const LESS = 'the-token-that-may-less';
  const kept = line('kept', KEPT);
  const before = tokensOf([line('a', LONG), line('b', GONE), line('c', LESS), kept].join('\n'));
  const after = tokensOf(
    [
      line('a', LONG, { expires: '2026-01-01T00:00:00Z' }),
      line('c', LESS, { hosts: ['x'] }),
      kept,
    ].join('\n'),
  );

  beforeAll(async () => {
    service = await startTestService({ tokens: before });
    const body = { name: 'h', release: '6.18' };
    expect((await post(service.app, '/v1/hosts', { headers: BEARER, body })).status).toBe(201);
  });
  afterAll(() => service.close());

  /** A stream of which the first piece was read. */
  async function streamOf(token: string) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await service.app.request('/v1/hosts/h/events/stream', { headers });
    expect(response.status).toBe(200);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    return reader;
  }

  it('end the streams of those that are gone, may less or have expired, and no others', {
    timeout: 60_000,
  }, async () => {
    const ending = await Promise.all([LONG, GONE, LESS].map(streamOf));
    const going = await streamOf(KEPT);
    service.tokens?.replace(after);
    for (const reader of ending) {
      const rest = async () => {
        while (!(await reader.read()).done);
      };
      const error: unknown = await rest().catch((cause: unknown) => cause);
      // The server prints it: one line, since where the program is then says nothing.
      expect(inspect(error)).toBe('[Error: its token counts no more]');
    }
    const headers = { authorization: `Bearer ${KEPT}` };
    const body = { call: { name: 'mkdir', path: '/a' } };
    expect((await post(service.app, '/v1/hosts/h/syscalls', { headers, body })).status).toBe(200);
    let text = '';
    while (!text.includes('mkdir')) text += Buffer.from((await going.read()).value ?? []);
    await going.cancel();
  });

  it('refuse the next request immediately', async () => {
    service.tokens?.replace(tokensOf(kept));
    const response = await service.app.request('/v1/hosts', { headers: BEARER });
    expect(response.status).toBe(401);
    expect((await problem(response)).detail).toBe('this token is not known here');
  });
});

describe('a tokens file', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bpfledger-tokens-file-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const fileOf = (mode: number) => {
    const file = join(folder, mode.toString(8));
    writeFileSync(file, line('a', LONG));
    chmodSync(file, mode);
    return file;
  };

  it.each([0o620, 0o602, 0o666])('that others may change is refused: %o', async (mode) => {
    const file = fileOf(mode);
    await expect(readTokensFile(file)).rejects.toThrow(
      `${file} has the mode ${mode.toString(8)}: others may change who may use the service ` +
        `(chmod 600 ${file})`,
    );
  });

  it('that everyone may read is warned of', async () => {
    const file = fileOf(0o644);
    expect((await readTokensFile(file)).warning).toBe(
      `${file} has the mode 644: everyone on this machine may read the hashes (chmod 600 ${file})`,
    );
  });

  it.each([0o600, 0o640, 0o400])('that others may not read is taken as it is: %o', async (mode) => {
    const { tokens, warning } = await readTokensFile(fileOf(mode));
    expect([tokens.size, warning]).toEqual([1, undefined]);
  });
});

describe('metrics', () => {
  const tokens = tokensOf(
    [
      line('all', LONG, { role: 'reader' }),
      line('some', 'a-token-for-some-hosts', { hosts: ['h*'] }),
    ].join('\n'),
  );
  const some = { authorization: 'Bearer a-token-for-some-hosts' };
  const NAMED = 'bpfledger_executor_standing_differences{host="h1"} 1';
  const COUNTED = 'bpfledger_events_recorded_total';

  let closed: TestService;
  let open: TestService;
  beforeAll(async () => {
    closed = await startTestService({ tokens });
    open = await startTestService({ database: closed.database, tokens, metricsOpen: true });
    // As when an executor tells of a difference.
    for (const { metrics } of [closed, open]) metrics.standing.set({ host: 'h1' }, 1);
  });
  afterAll(async () => {
    await open.close();
    await closed.close();
  });

  it('name hosts to a token for all hosts, and want one', async () => {
    const text = await (await closed.app.request('/metrics', { headers: BEARER })).text();
    expect(text).toContain(NAMED);
    expect(text).toContain(COUNTED);
    expect((await closed.app.request('/metrics')).status).toBe(401);
    expect((await closed.app.request('/metrics', { headers: some })).status).toBe(403);
  });

  it.each([
    ['no token', {}, false],
    ['a token that is unknown', { authorization: 'Bearer who-knows-who-this-may-be' }, false],
    ['a token for some hosts', some, false],
    ['a token for all hosts', BEARER, true],
  ])('where they are open, answer %s', async (_, headers, names) => {
    const sent = headers as unknown as Record<string, string>;
    const response = await open.app.request('/metrics', { headers: sent });
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain(COUNTED);
    expect(text.includes(NAMED)).toBe(names);
  });
});
