// Real files of each kind that the service or a command reads, and who reads them. A reader takes a
// spoiled file or says what is wrong with it; anything else is a fault.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { brotliDecompressSync } from 'node:zlib';
import { ProofRefused, verifyConsistency, verifyInclusion } from '../../src/client/proof/proof.ts';
import { type RestClient, restClient, ServiceRefusal } from '../../src/client/rest-client.ts';
import { sealSegments } from '../../src/events/proof/seal.ts';
import { openStored, segmentHash } from '../../src/events/reading/segment-reader.ts';
import { UnreadableSegment } from '../../src/events/segment/segment.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { observe } from '../../src/recorders/observe/observe.ts';
import { Spool } from '../../src/recorders/observe/spool.ts';
import { post, type TestService } from '../api/running.ts';
import { spoiledBytes } from './spoiled-bytes.ts';

export interface FileKind {
  readonly name: string;
  readonly files: readonly Buffer[];
  /** Reads a file; what is wrong with the way in which it was refused, or undefined. */
  read(bytes: Buffer): Promise<string | undefined>;
}

/** A recording is cut here, so that one takes some milliseconds. */
const STRACE_CHARS = 40_000;
const EVENTS = 60;
const FAULTS_MAX = 20;

/** Makes the files on a service, which reads them too. */
export async function fileKinds(service: TestService): Promise<FileKind[]> {
  const { app, log, database } = service;
  const call = (path: string) => JSON.stringify({ call: { name: 'mkdir', path } });
  const lines = Array.from({ length: EVENTS }, (_, i) => call(`/n${i}`)).join('\n');
  await post(app, '/v1/hosts', { body: { name: 'filed', release: '6.18' } });
  await ndjson(service, 'filed', Buffer.from(`${lines}\n`));
  const { host_id } = await log.host('filed');
  await sealSegments(database, { host_id, events: EVENTS / 2 });
  await post(app, '/v1/hosts/filed/checkpoints', {});
  const read = async (path: string) => {
    const response = await app.request(`/v1/hosts/filed/${path}`);
    return Buffer.from(await response.arrayBuffer());
  };
  const bundle = await read('export?format=bundle');
  const proofs = await Promise.all(
    ['inclusion?position=7', 'consistency?from=20'].map(async (query) => {
      const { proof } = JSON.parse((await read(`proofs/${query}`)).toString()) as { proof: string };
      return Buffer.from(proof);
    }),
  );
  const keys = (await (await app.request('/v1/keys')).json()) as {
    items: { public_key: string }[];
  };
  const [segment] = await database.query<{ hex: string }>(
    `select encode(bytes, 'hex') as hex from segments where host_id = $1`,
    [host_id],
  );
  const folder = join(import.meta.dirname, '../histories/strace');
  const names = readdirSync(folder).filter((name) => name.endsWith('.strace.br'));
  const recordings = names.map((name) => {
    const text = brotliDecompressSync(readFileSync(join(folder, name))).toString('latin1');
    return Buffer.from(text.slice(0, text.lastIndexOf('\n', STRACE_CHARS) + 1), 'latin1');
  });
  let hosts = 0;
  const client = restClient({ url: await service.listen() });
  return [
    {
      name: 'recording of strace',
      files: recordings,
      read: (bytes) =>
        send(service, `/v1/hosts/s${++hosts}/import?release=6.18`, bytes, 'text/plain'),
    },
    {
      name: 'bundle',
      files: [bundle],
      read: (bytes) =>
        send(
          service,
          `/v1/bundles?host=b${++hosts}`,
          bytes,
          'application/vnd.bpfledger.bundle+ndjson',
        ),
    },
    {
      name: 'NDJSON of calls',
      files: [Buffer.from(`${lines}\n`)],
      read: (bytes) => ndjson(service, 'filed', bytes),
    },
    {
      name: 'lines of a collector',
      files: [collectorFile()],
      read: (bytes) => readCollected(client, `c${++hosts}`, bytes),
    },
    {
      name: 'segment',
      files: [Buffer.from(segment?.hex ?? '', 'hex')],
      read: async (bytes) => readSegment(bytes),
    },
    {
      name: 'proof',
      files: proofs,
      read: (bytes) => readProof(bytes.toString(), keys.items[0]?.public_key ?? ''),
    },
  ];
}

/**
 * Has files spoiled and read, each of a kind by chance.
 *
 * @returns what was wrong, and the milliseconds of the slowest one
 */
export async function spoilFiles(
  service: TestService,
  { files: wanted, seed }: { readonly files: number; readonly seed: number },
): Promise<{ readonly slowestMs: number; readonly faults: readonly string[] }> {
  const random = randomFrom(seed, 'files');
  const kinds = await fileKinds(service);
  const faults: string[] = [];
  let slowestMs = 0;
  for (let i = 0; i < wanted && faults.length < FAULTS_MAX; i++) {
    const { name, files, read } = random.pick(kinds);
    const bytes = spoiledBytes(random.pick(files), random, random.pick(files));
    const began = performance.now();
    const fault = await read(bytes);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    if (fault !== undefined) faults.push(`${name}: ${fault}\n    ${bytes.toString('base64')}`);
  }
  return { slowestMs, faults };
}

const ndjson = (service: TestService, host: string, bytes: Buffer) =>
  send(service, `/v1/hosts/${host}/syscalls`, bytes, 'application/x-ndjson');

/** Sends it: an answer below 500, and where it is a refusal, one with a sentence. */
async function send(
  { app, faults }: TestService,
  path: string,
  bytes: Buffer,
  type: string,
): Promise<string | undefined> {
  const headers = { 'content-type': type };
  const body = new Uint8Array(bytes);
  const response = await app.request(path, { method: 'POST', headers, body });
  const text = await response.text();
  const [fault] = faults.splice(0);
  if (fault !== undefined) return String(fault);
  if (response.status >= 500) return `${response.status}: ${text.slice(0, 300)}`;
  if (response.status < 400) return undefined;
  const { detail, title } = JSON.parse(text) as { detail?: string; title?: string };
  return detail === undefined && title === undefined ? `no sentence: ${text}` : undefined;
}

/** What a collector prints: its header, and calls that it saw. */
function collectorFile(): Buffer {
  const header = { collector: 'mine', contract: 1, release: '6.18' };
  const seen = Array.from({ length: EVENTS }, (_, i) => ({
    ...{ pid: 900 + (i % 3), at: `2026-11-01T00:00:${String(i).padStart(2, '0')}Z`, comm: 'agent' },
    call: { name: i % 2 === 0 ? 'mkdir' : 'rmdir', path: `/seen-${i - (i % 2)}` },
    outcome: { ret: 0 },
  }));
  return Buffer.from([header, ...seen].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** Observes it: all lines are recorded, or told as holes, unless the first says nothing usable. */
async function readCollected(
  client: RestClient,
  host: string,
  bytes: Buffer,
): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-hostile-'));
  const spool = await Spool.open(folder, 64 * 1024 * 1024);
  let away: unknown;
  const nothing = () => undefined;
  const told = {
    ...{ onHeader: nothing, onSurveyed: nothing, onAdopted: nothing, onRefused: nothing },
    onAway: (error: unknown) => {
      away = error;
    },
    onBack: nothing,
  };
  try {
    const { waiting } = await observe({
      ...{ client, host, spool, told, flushMs: COLLECTED_MS },
      bytes: Readable.from([bytes]),
    });
    if (away !== undefined && !(away instanceof ServiceRefusal)) return String(away);
    return waiting > 0 && away === undefined ? `${waiting} bytes wait` : undefined;
  } catch (error) {
    return error instanceof Error && HEADER_FAULT.test(error.message) ? undefined : String(error);
  } finally {
    await spool.close();
    rmSync(folder, { recursive: true });
  }
}

/** Milliseconds that the end of a collector waits for the service. */
const COLLECTED_MS = 1000;
const HEADER_FAULT = /^the first line of a collector must|speaks contract|boot_id must be/u;

function readSegment(bytes: Buffer): string | undefined {
  try {
    const segment = { position_from: 1, position_to: EVENTS / 2, hash: segmentHash(bytes), bytes };
    for (const { body } of openStored(segment, { foreign: true }).rows) body.length;
    return undefined;
  } catch (error) {
    return error instanceof UnreadableSegment ? undefined : String(error);
  }
}

async function readProof(text: string, log: string): Promise<string | undefined> {
  try {
    if (text.startsWith('old')) await verifyConsistency(text, { log }, undefined);
    else await verifyInclusion(text, { log });
    return undefined;
  } catch (error) {
    return error instanceof ProofRefused ? undefined : String(error);
  }
}
