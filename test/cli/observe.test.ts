// `bpfledger observe --collector-stdin`: any program that speaks the contract feeds a host, and what
// happened while nobody observed is a hole.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { codeIn } from '../support/documents.ts';
import { needs } from '../support/needs.ts';

const HEADER = {
  collector: 'mine',
  contract: 1,
  release: '6.18',
  boot_id: '39b21782-6cff-42e6-b363-e405330cee04',
};

/** What an agent does on a pod, as Tetragon documents its events. */
const TETRAGON = join(import.meta.dirname, 'recorded/tetragon.jsonl');
/** What runc, bpftool, systemd and an agent do, as Tracee documents its events, in both of its forms. */
const TRACEE = join(import.meta.dirname, 'recorded/tracee.jsonl');

interface Event {
  readonly source: string;
  readonly comm: string;
  readonly effects: readonly { readonly type: string }[];
  readonly expected?: unknown;
  readonly at: string;
  readonly call: Readonly<Record<string, unknown>>;
}

describe('bpfledger observe --collector-stdin', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-stdin-'));
  let service: ServiceProcess;
  beforeAll(async () => {
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data') });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function observe(host: string, lines: readonly unknown[]) {
    const input = lines.map(
      (line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`,
    );
    const words = ['observe', '--collector-stdin', '--host', host, '--url', service.url];
    return bpfledger([...words, '--spool', join(folder, host)], { input: input.join('') });
  }

  async function events(host: string): Promise<readonly Event[]> {
    const answer = await fetch(`${service.url}/v1/hosts/${host}/events`);
    return ((await answer.json()) as { readonly items: readonly Event[] }).items;
  }

  const mkdirLine = (path: string) => ({
    call: { name: 'mkdir', path },
    outcome: { ret: 0 },
    at: new Date().toISOString(),
    pid: 812,
    comm: 'agent',
  });

  it('takes no snapshot from a collector, and goes on behind lines that are none', async () => {
    const forged = { at: '2026-11-01T00:00:00Z', covers: ['cgroup'], lines: [] };
    const lines = [
      ...[HEADER, mkdirLine('/a')],
      ...['{"adopt":', '{"adopt":1}', JSON.stringify({ adopt: forged }), '\u0000{', '[[[['],
      mkdirLine('/b'),
    ];
    const { code } = await observe('poisoned', lines);
    expect(code).toBe(0);
    const told = (await events('poisoned')).map(({ call }) => call.path ?? call.name);
    expect(told).toEqual(['boot', 'found', '/a', 'lost', 'lost', 'lost', 'lost', 'lost', '/b']);
  });

  it('records the lines in order, and a line that is refused as a hole', async () => {
    const lines = [
      HEADER,
      mkdirLine('/a'),
      { call: { name: 'mkdri' } },
      'no JSON',
      mkdirLine('/a/b'),
    ];
    const { code, err } = await observe('fed', lines);
    expect(err).toContain('mine watches a kernel 6.18');
    expect(err).toContain('5 lines taken, 2 recorded, 2 refused, 0 dropped; 0 bytes wait');
    expect(code).toBe(0);
    const told = (await events('fed')).filter(({ source }) => source === 'observed');
    expect(told.map(({ call }) => call)).toEqual([
      { name: 'mkdir', path: '/a' },
      expect.objectContaining({
        name: 'lost',
        events: 1,
        cause: expect.stringMatching(/^refused: .*mkdri/),
      }),
      expect.objectContaining({
        name: 'lost',
        events: 1,
        cause: expect.stringMatching(/^refused: /),
      }),
      { name: 'mkdir', path: '/a/b' },
    ]);
  });

  it('says that nobody observed between two of its runs', async () => {
    expect((await observe('resumed', [HEADER, mkdirLine('/a')])).code).toBe(0);
    const before = (await events('resumed')).at(-1)?.at;
    expect((await observe('resumed', [HEADER, mkdirLine('/b')])).code).toBe(0);
    const [hole, last] = (await events('resumed')).slice(-2);
    expect(hole?.call).toEqual({
      name: 'lost',
      from: before,
      to: expect.any(String),
      cause: 'nobody observed',
    });
    expect(hole?.at).toBe(hole?.call.to);
    expect(last?.call).toEqual({ name: 'mkdir', path: '/b' });
  });

  it.skipIf(!needs('jq').ok)("takes Tetragon's events, as docs/observe.md turns them", async () => {
    const program = join(folder, 'tetragon.jq');
    writeFileSync(program, codeIn('docs/observe.md', 'jq'));
    const told = execFileSync('jq', ['-n', '-c', '-f', program, TETRAGON], { encoding: 'utf8' });
    const { code, err } = await observe('tetragon', [HEADER, ...told.trim().split('\n')]);
    expect(err).toContain('9 lines taken, 8 recorded, 0 refused');
    expect(code).toBe(0);
    const all = await events('tetragon');
    const [agent] = all.filter(({ source }) => source === 'observed');
    expect(agent).toMatchObject({
      ...{ pid: 812, comm: 'cilium-agent', uid: 0, at: '2026-03-25T03:12:07.640001Z' },
      call: { name: 'open_cgroup', path: '/kubepods/pod1' },
    });
    const effects = all.map(({ call, effects }) => [call.name, ...effects.map(({ type }) => type)]);
    expect(effects.slice(-7)).toEqual([
      ['prog_load', 'ProgLoaded'],
      ['prog_attach', 'EntryInserted'],
      ['link_create', 'LinkCreated', 'EntryInserted'],
      ['prog_attach'],
      ['prog_detach', 'EntryRemoved'],
      ['close', 'FdClosed'],
      ['exit', 'ProcessExited', 'EntryRemoved', 'LinkFreed', 'ProgFreed'],
    ]);
    expect(all.filter(({ expected }) => expected !== undefined)).toEqual([]);
  });

  it.skipIf(!needs('jq').ok)("takes Tracee's events, as docs/tracee.md turns them", async () => {
    const program = join(folder, 'tracee.jq');
    writeFileSync(program, codeIn('docs/tracee.md', 'jq'));
    const told = execFileSync('jq', ['-n', '-c', '-f', program, TRACEE], { encoding: 'utf8' });
    const { code, err } = await observe('tracee', [HEADER, ...told.trim().split('\n')]);
    expect(err).toContain('7 lines taken, 6 recorded, 0 refused');
    expect(code).toBe(0);
    const all = (await events('tracee')).filter(({ source }) => source === 'observed');
    expect(all[0]).toMatchObject({
      ...{ pid: 812, tid: 815, comm: 'runc', uid: 0, at: '2026-03-25T03:12:07.640001Z' },
      call: { name: 'mkdir', path: '/kubepods' },
      effects: [{ type: 'CgroupMade', cgroup_id: 4920 }],
    });
    expect(all.map(({ comm, call, effects }) => [comm, call.name, effects[0]?.type])).toEqual([
      ['runc', 'mkdir', 'CgroupMade'],
      ['runc', 'found', 'ProgLoaded'],
      ['runc', 'exit', 'ProcessExited'],
      ['systemd', 'mkdir', 'CgroupMade'],
      ['systemd', 'rmdir', 'CgroupRemoved'],
      ['agent', 'found', 'ProgLoaded'],
    ]);
    expect(all.filter(({ expected }) => expected !== undefined)).toEqual([]);
    expect(all[1]?.effects).toMatchObject([
      { prog_id: 477, prog_name: 'devices', prog_type: 'cgroup_device' },
    ]);
  });

  it('ends soon while the service is away, and says what the next start sends', async () => {
    const closed = 'http://127.0.0.1:1';
    const words = ['observe', '--collector-stdin', '--host', 'away', '--url', closed];
    const input = [HEADER, mkdirLine('/a')].map((line) => `${JSON.stringify(line)}\n`).join('');
    const begin = performance.now();
    const spool = join(folder, 'away');
    const { code, err } = await bpfledger([...words, '--spool', spool], { input });
    expect(performance.now() - begin).toBeLessThan(4000);
    expect(code).toBe(0);
    expect(err).toContain(`2 lines wait in ${spool}; the next start sends them\n`);
    const next = await observe('away', [HEADER]);
    expect(next.err).toContain('0 bytes wait');
    expect((await events('away')).map(({ call }) => call.name)).toContain('mkdir');
  });

  it.each([
    ['{"collector":"other","contract":2}', 'other speaks contract 2, and contract 1 is read'],
    [
      '{"collector":"c","contract":1,"boot_id":"7"}',
      'c: boot_id must be what /proc/sys/kernel/random',
    ],
    ['hello', 'the first line of a collector must be its header'],
  ])('ends with an error when it begins with %s', async (first, said) => {
    const { code, err } = await observe('wrong', [first]);
    expect(err).toContain(said);
    expect(code).toBe(3);
  });
});
