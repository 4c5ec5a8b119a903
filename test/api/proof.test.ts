// Proof and export over the API: checkpoints, verification, exports, bundles.

import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { imported } from '../../src/api/routes/bundles.ts';
import { checkpoint, checkpointPage, keyList } from '../../src/api/routes/checkpoints.ts';
import { proof } from '../../src/api/routes/proofs.ts';
import { verification } from '../../src/api/routes/verify.ts';
import { wireEvent } from '../../src/api/wire/event.ts';
import { verifyConsistency, verifyInclusion } from '../../src/client/proof/proof.ts';
import { BUNDLE_TYPE } from '../../src/events/bundle/bundle-line.ts';
import { microsOf } from '../../src/events/encoding/rfc3339.ts';
import { upkeep } from '../../src/events/proof/upkeep.ts';
import { newSigner } from '../support/signer.ts';
import { lines, parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
const get = (path: string) => service.app.request(path);

beforeAll(async () => {
  service = await startTestService();
  await post(service.app, '/v1/hosts', { body: { name: 'web1', release: '6.18' } });
  const body = [
    { call: { name: 'mkdir', path: '/pod "1"' }, comm: 'run=c' },
    { call: { name: 'prog_load', prog_type: 'cgroup_skb' } },
    { call: { name: 'rmdir', path: '/none' } },
  ];
  const response = await post(service.app, '/v1/hosts/web1/syscalls', { body });
  expect(response.status).toBe(200);
});

afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

describe('an import whose sender is slow', () => {
  it('keeps nobody waiting, and completes', async () => {
    const bundle = new Uint8Array(
      await (await get('/v1/hosts/web1/export?format=bundle')).arrayBuffer(),
    );
    let send = (_rest: boolean): void => undefined;
    const asked = new Promise<boolean>((resolve) => {
      send = resolve;
    });
    const body = new ReadableStream<Uint8Array>({
      async start(stream) {
        stream.enqueue(bundle.subarray(0, 40));
        await asked;
        stream.enqueue(bundle.subarray(40));
        stream.close();
      },
    });
    const headers = { 'content-type': BUNDLE_TYPE };
    const request = { method: 'POST', headers, body, duplex: 'half' } as const;
    const importing = service.app.request('/v1/bundles?host=slow', request);

    const other = await post(service.app, '/v1/hosts', {
      body: { name: 'meanwhile', release: '6.18' },
    });
    expect(other.status).toBe(201);
    send(true);
    const whole = await parse(await importing, imported);
    expect(whole.host).toBe('slow');
  });
});

describe('checkpoints', () => {
  it('are signed on demand, once a position, and anyone can check them', async () => {
    const first = await post(service.app, '/v1/hosts/web1/checkpoints', {});
    expect(first.status).toBe(201);
    const signed = await parse(first, checkpoint);
    expect(signed).toMatchObject({ host: 'web1', position: 4 });
    const again = await post(service.app, '/v1/hosts/web1/checkpoints', {});
    expect(await parse(again, checkpoint)).toEqual(signed);

    const { items } = await parse(await get('/v1/keys'), keyList);
    const [key] = items;
    expect(items).toEqual([{ ...key, key_id: signed.key_id, current: true }]);
    const x = Buffer.from(key?.public_key ?? '', 'hex').toString('base64url');
    const jwk = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const { note = '', chained, signature } = signed;
    const origin = `bpfledger/web1/${chained?.log_id}`;
    const stated = [
      origin,
      signed.position,
      Buffer.from(chained?.root ?? '', 'hex').toString('base64'),
      `chain ${signed.hash}`,
      'recorded-from 1',
      `recorded-at ${microsOf(signed.recorded_at)}`,
      `signed-at ${microsOf(signed.signed_at)}`,
      'number 1',
      `previous ${'0'.repeat(64)}`,
    ];
    const text = Buffer.from(`${stated.join('\n')}\n`);
    expect(note.startsWith(`${text}\n— ${origin} `)).toBe(true);
    expect(verify(null, text, jwk, Buffer.from(signature, 'hex'))).toBe(true);
  });

  it('prove events and the growth of the log to who has the key alone', async () => {
    const { items } = await parse(await get('/v1/keys'), keyList);
    const trust = { log: items[0]?.public_key ?? '' };
    const answer = await get('/v1/hosts/web1/proofs/inclusion?position=2');
    const proven = await verifyInclusion((await parse(answer, proof)).proof, trust);
    expect(proven).toMatchObject({ position: 2, checkpoint: { position: 4 } });
    const { events } = await parse(
      await get('/v1/hosts/web1/events?limit=1&after=1'),
      z
        .looseObject({ items: z.array(z.looseObject({ recorded_at: z.string() })) })
        .transform(({ items: events }) => ({ events })),
    );
    expect(proven.recorded_at).toBe(microsOf(events[0]?.recorded_at ?? ''));
    const grown = await get('/v1/hosts/web1/proofs/consistency?from=0&checkpoint=4');
    const { origin } = await verifyConsistency((await parse(grown, proof)).proof, trust, undefined);
    expect(origin).toBe(proven.checkpoint.origin);
  });

  it.each([
    ['inclusion?position=5', 'no-such-checkpoint'],
    ['consistency?from=9', 'no-such-checkpoint'],
    ['inclusion?position=1&checkpoint=3', 'no-such-checkpoint'],
    ['inclusion', 'invalid-request'],
    ['inclusion?position=0', 'invalid-request'],
    ['consistency?from=-1', 'invalid-request'],
  ])('prove nothing of %s: %s', async (asked, slug) => {
    const refused = await problem(await get(`/v1/hosts/web1/proofs/${asked}`));
    expect(refused.type).toBe(`urn:bpfledger:problem:${slug}`);
  });

  it('are listed by position, a page at a time', async () => {
    const page = await parse(await get('/v1/hosts/web1/checkpoints?limit=1'), checkpointPage);
    expect(page.items.map(({ position }) => position)).toEqual([4]);
    const rest = await get(`/v1/hosts/web1/checkpoints?after=${page.next}`);
    expect((await parse(rest, checkpointPage)).items).toEqual([]);
  });

  it('have no ETag: one may come while the log stays where it is', async () => {
    const response = await get('/v1/hosts/web1/checkpoints');
    expect([response.status, response.headers.get('etag')]).toEqual([200, null]);
  });

  it('are made now and then of every log that grew', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'quiet', release: '6.1' } });
    const signer = await newSigner();
    const faults: unknown[] = [];
    const round = (minutes: number) =>
      upkeep(service.database, {
        ...signer,
        now: (Date.now() + minutes * 60_000) * 1000,
        signal: new AbortController().signal,
        onFault: (error) => faults.push(error),
      });
    const positions = async () =>
      (await parse(await get('/v1/hosts/quiet/checkpoints'), checkpointPage)).items.map(
        (one) => one.position,
      );
    await round(0);
    expect(await positions()).toEqual([1]);
    await post(service.app, '/v1/hosts/quiet/syscalls', { body: { call: { name: 'exec' } } });
    await round(9);
    expect(await positions()).toEqual([1]);
    await round(11);
    await round(22);
    signer.drop();
    expect(await positions()).toEqual([1, 2]);
    expect(faults).toEqual([]);
  });

  it.each([
    ['/v1/hosts/nobody/checkpoints', 404],
    ['/v1/hosts/nobody/verify', 404],
    ['/v1/hosts/nobody/export', 404],
    ['/v1/hosts/web1/export?format=xml', 422],
    ['/v1/hosts/web1/export?format=bundle&call=mkdir', 422],
    ['/v1/hosts/web1/export?errno=EWHAT', 422],
    ['/v1/hosts/web1/checkpoints?limit=0', 422],
  ])('GET %s is refused with %i', async (path, status) => {
    const response = await get(path);
    expect((await problem(response)).status).toBe(status);
  });
});

describe('verify', () => {
  it('gives four verdicts', async () => {
    const verdicts = await parse(await get('/v1/hosts/web1/verify'), verification);
    expect(verdicts).toMatchObject({
      host: 'web1',
      holds: true,
      chain: { holds: true, position: 4, checkpoints: 1, proven_to: 4 },
      projections: { holds: true, differing: 0 },
      outcomes: { holds: true, differences: [] },
      snapshots: { holds: true },
      // The service remembers what it signed, and that is not enough against its own operator.
      not_excluded: [expect.stringMatching(/^No checkpoint was given that a witness cosigned/)],
    });
  });

  it('holds a log against what somebody kept', async () => {
    const { position, hash } = await service.log.head('web1');
    const hex = Buffer.from(hash).toString('hex');
    const verifyKept = (...heads: string[]) => get(`/v1/hosts/web1/verify?kept=${heads.join(',')}`);
    const sound = await parse(await verifyKept(`${position}:${hex}`), verification);
    expect(sound).toMatchObject({ holds: true, chain: { kept: 2 } });
    const lost = await parse(await verifyKept(`${position + 1}:${hex}`, `1:${hex}`), verification);
    expect(lost.chain.fault_count).toBe(2);
    expect((await problem(await verifyKept('1:ab'))).status).toBe(422);
  });

  it('is refused a checkpoint where the log does not hold what was signed', async () => {
    await post(service.app, '/v1/hosts', { body: { name: 'cut', release: '6.1' } });
    const { position, hash } = await service.log.head('cut');
    await service.signedHeads.accept('cut', { position: position + 2, hash }, 1);
    const refused = await problem(await post(service.app, '/v1/hosts/cut/checkpoints', {}));
    expect(refused).toMatchObject({
      type: 'urn:bpfledger:problem:signing-refused',
      status: 409,
      position: 3,
      detail: expect.stringMatching(
        /^the log of cut is not signed: position 3 was signed, but the head is at position 1\. .*--data-dir.*checkpoint accept cut$/u,
      ),
    });
    const verdicts = await parse(await get('/v1/hosts/cut/verify'), verification);
    expect(verdicts.holds).toBe(false);
    expect(service.faults.splice(0)).toMatchObject([{ reason: { why: 'signing-refused' } }]);
    expect(await (await get('/metrics')).text()).toContain('bpfledger_signing_refused_total 1\n');
  });
});

describe('export', () => {
  it('streams events as JSON lines, filtered like /events', async () => {
    const all = await get('/v1/hosts/web1/export');
    expect(all.headers.get('content-type')).toBe('application/x-ndjson');
    const events = (await lines(all)).map((event) => wireEvent.parse(event));
    expect(events.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    const refused = await lines(await get('/v1/hosts/web1/export?errno=ENOENT'));
    const page = await get('/v1/hosts/web1/events?errno=ENOENT');
    expect(refused).toEqual(((await page.json()) as { items: unknown[] }).items);
    expect(await lines(await get('/v1/hosts/web1/export?after=4'))).toEqual([]);
  });

  it('streams CSV and audit records', async () => {
    const csv = await (await get('/v1/hosts/web1/export?format=csv&call=mkdir')).text();
    expect(csv.split('\r\n')).toHaveLength(3);
    expect(csv).toContain(',"/pod ""1""",');
    const audit = await get('/v1/hosts/web1/export?format=audit&from=2020-01-01T00:00:00Z');
    expect(audit.headers.get('content-disposition')).toBe('attachment; filename="web1.audit"');
    const records = (await audit.text()).trimEnd().split('\n');
    expect(records).toHaveLength(4);
    expect(records[1]).toMatch(
      /^node=web1 type=BPF msg=audit\(\d+\.\d{3}:2\): op=MKDIR cgroup-id=\d+ path=2F70\w+ pid=1 /,
    );
  });
});

describe('a bundle', () => {
  const upload = (body: string, query = '', type = BUNDLE_TYPE) =>
    post(service.app, `/v1/bundles${query}`, { headers: { 'content-type': type }, body });

  it('goes out and comes in as another host that answers the same', async () => {
    const exported = await get('/v1/hosts/web1/export?format=bundle');
    expect(exported.headers.get('content-type')).toBe(BUNDLE_TYPE);
    const bundle = await exported.text();
    const made = await upload(bundle, '?host=copy');
    expect(made.status).toBe(201);
    expect(made.headers.get('etag')).toMatch(/^"copy:4\.[0-9a-f]{16}"$/);
    expect(await parse(made, imported)).toMatchObject({
      host: 'copy',
      position: 4,
      checkpoints: 1,
      proven_to: 4,
    });
    for (const path of ['events', 'state']) {
      const [a, b] = await Promise.all(
        ['web1', 'copy'].map(async (host) => (await get(`/v1/hosts/${host}/${path}`)).text()),
      );
      expect(b).toBe(a?.replace('"host":"web1"', '"host":"copy"'));
    }
    const verdicts = await parse(await get('/v1/hosts/copy/verify'), verification);
    expect(verdicts.holds).toBe(true);
    const noted = { position_from: 1, position_to: 4, actor: 'local', exported_as: 'web1' };
    expect(verdicts.imported).toMatchObject(noted);
    expect(await (await get('/v1/hosts/copy')).json()).toMatchObject({ imported: noted });
    const listed = await (await get('/v1/hosts?after=cop')).json();
    expect((listed as { items: unknown[] }).items[0]).toMatchObject({ imported: noted });
    const page = await parse(await get('/v1/hosts/copy/checkpoints'), checkpointPage);
    expect(page.items).toMatchObject([{ host: 'web1', trusted: true }]);
    expect((await problem(await upload(bundle, '?host=copy'))).type).toContain('host-exists');
    expect((await problem(await upload(bundle))).type).toContain('host-exists');
  });

  it('is refused when it does not hold, and leaves nothing', async () => {
    const bundle = await (await get('/v1/hosts/web1/export?format=bundle')).text();
    const damaged = await problem(await upload(bundle.replace('/none', '/nine'), '?host=bad'));
    expect(damaged).toMatchObject({ status: 422, position: 4, line: 8 });
    expect(damaged.type).toBe('urn:bpfledger:problem:bundle-refused');
    expect(damaged.detail).toContain('position 4');
    const cut = await problem(await upload(bundle.slice(0, -200), '?host=bad'));
    expect(cut.type).toBe('urn:bpfledger:problem:bundle-refused');
    expect((await problem(await upload('', '?host=bad'))).status).toBe(422);
    expect((await problem(await upload(bundle, '?host=Bad'))).status).toBe(422);
    expect((await problem(await upload(bundle, '', 'text/plain'))).status).toBe(415);
    expect((await get('/v1/hosts/bad')).status).toBe(404);
  });
});
