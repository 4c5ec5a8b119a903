// `?format=bpftool` beside bpftool itself: the same calls on the ledger and, by an executor, on the
// kernel that runs here; then both print the tree, each cgroup, each link and each program, and
// after exchanging ids the bytes are the same.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { needs } from '../support/needs.ts';
import {
  bpftool,
  calls,
  type Executing,
  type Ground,
  ground,
  type Host,
  hasBpftool,
  startExecutor,
} from './executing.ts';

const kernel = needs('kernel');

const EGRESS = 'cgroup_inet_egress';
const load = (prog_name: string, prog_type = 'cgroup_skb') => ({
  name: 'prog_load',
  prog_type,
  prog_name,
  ret: 1,
});
const mkdir = (path: string) => ({ name: 'mkdir', path });
const attach = (fd: number, path: string, attach_type: string, flags: readonly string[] = []) => ({
  name: 'prog_attach',
  ...{ attach_bpf_fd: fd, target_path: path, attach_type, flags },
});
const link = (fd: number, path: string) => ({
  name: 'link_create',
  ...{ prog_fd: fd, target_path: path, attach_type: EGRESS },
});

/** Siblings whose order in the kernel's directory is not an order of names or of making. */
const SIBLINGS = ['/zeta', '/alpha', '/pod-1', '/pod-2', '/pod-10', '/system.slice'];

const CALLS = [
  ...SIBLINGS.map(mkdir),
  mkdir('/pod-1/web'),
  mkdir('/pod-1/web/worker'),
  ...['one', 'two', 'three'].map((name) => load(name)),
  load('devices', 'cgroup_device'),
  load('socks', 'sock_ops'),
  // fds 3 to 7
  ...SIBLINGS.map((path) => attach(3, path, EGRESS, ['multi'])),
  attach(4, '/pod-1', EGRESS, ['multi']),
  attach(6, '/pod-1', 'cgroup_device', ['multi']),
  attach(7, '/pod-1', 'cgroup_sock_ops', ['override']),
  attach(5, '/pod-1/web', 'cgroup_inet_ingress'),
  attach(3, '/pod-1/web/worker', EGRESS, ['multi', 'preorder']),
  link(5, '/pod-1/web'),
  link(4, '/pod-1/web'),
  link(4, '/pod-1/web/worker'),
  { name: 'rmdir', path: '/pod-1/web/worker' },
];

describe.skipIf(!kernel.ok)('?format=bpftool', { timeout: 240_000 }, () => {
  let service: ServiceProcess;
  let place: Ground;
  let executor: Executing | undefined;
  let dataDir: string;
  let at: Host;

  beforeAll(async () => {
    if (!hasBpftool()) throw new Error('the judge is missing: apt-get install bpftool');
    dataDir = mkdtempSync(join(tmpdir(), 'bpfledger-'));
    service = await startProcess({ BPFLEDGER_DATA_DIR: dataDir });
    at = { url: service.url, host: 'live' };
    await send(`${at.url}/v1/hosts`, { name: at.host, release: release() });
    place = ground();
    executor = startExecutor(at, place);
    await calls(at, CALLS);
  }, 240_000);
  afterAll(async () => {
    await executor?.end('SIGKILL');
    place?.remove();
    await service?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function ours(what: string): Promise<string> {
    const response = await fetch(`${at.url}/v1/hosts/${at.host}/${what}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(text);
    return text;
  }

  interface Object {
    readonly id: number;
    readonly name: string;
  }

  /** The kernel's id for each of our programs, by their names. */
  async function programIds(): Promise<Map<number, number>> {
    const known = JSON.parse(await ours('programs?format=bpftool')) as Object[];
    const tree = bpftool('-j', 'cgroup', 'tree', place.cgroup);
    const shown = (JSON.parse(tree) as { programs: Object[] }[]).flatMap((one) => one.programs);
    const real = new Map(shown.map(({ id, name }) => [name, id]));
    return new Map(known.map(({ id, name }) => [id, real.get(name) ?? 0]));
  }

  /** A text with the kernel's ids in the place of ours. */
  const withIds = (text: string, field: string, ids: ReadonlyMap<number, number>): string =>
    text.replace(
      new RegExp(`"${field}":(\\d+)`, 'g'),
      (_, id: string) => `"${field}":${ids.get(Number(id)) ?? 0}`,
    );

  it.each(['false', 'true'])('prints the tree (effective: %s)', async (effective) => {
    const query = new URLSearchParams({ format: 'bpftool', effective, cgroup_root: place.cgroup });
    const text = withIds(await ours(`cgroups?${query}`), 'id', await programIds());
    const more = effective === 'true' ? ['effective'] : [];
    expect(text).toBe(bpftool('-j', 'cgroup', 'tree', place.cgroup, ...more));
    expect(text.split('"cgroup":').length).toBeGreaterThan(SIBLINGS.length);
  });

  it.each(['false', 'true'])('prints each cgroup (effective: %s)', async (effective) => {
    const ids = await programIds();
    const { items } = JSON.parse(await ours('cgroups')) as {
      items: { cgroup_id: number; path: string }[];
    };
    expect(items).toHaveLength(SIBLINGS.length + 2);
    for (const { cgroup_id, path } of items) {
      const query = `format=bpftool&effective=${effective}`;
      const text = withIds(await ours(`cgroups/${cgroup_id}?${query}`), 'id', ids);
      const more = effective === 'true' ? ['effective'] : [];
      const real = bpftool('-j', 'cgroup', 'show', `${place.cgroup}${path}`, ...more);
      // bpftool prints an empty line where there is nothing.
      expect([path, text]).toEqual([path, real === '\n' ? '[]\n' : real]);
    }
  });

  it('prints each link', async () => {
    const ids = await programIds();
    const { items } = JSON.parse(await ours('cgroups')) as {
      items: { cgroup_id: number; path: string }[];
    };
    const inodes = new Map(
      items.map(({ cgroup_id, path }) => [cgroup_id, statSync(`${place.cgroup}${path}`).ino]),
    );
    const programs = new Set(ids.values());
    const links = (
      JSON.parse(bpftool('-j', 'link', 'show')) as {
        id: number;
        prog_id: number;
      }[]
    ).filter(({ prog_id }) => programs.has(prog_id));
    const known = JSON.parse(await ours('links?format=bpftool')) as { id: number }[];
    expect(links).toHaveLength(3);
    expect(known).toHaveLength(3);
    for (const [i, { id }] of known.entries()) {
      const real = links[i]?.id ?? 0;
      let text = withIds(await ours(`links/${id}?format=bpftool`), 'prog_id', ids);
      text = withIds(text, 'cgroup_id', inodes);
      text = withIds(text, 'id', new Map([[id, real]]));
      expect(text).toBe(bpftool('-j', 'link', 'show', 'id', String(real)));
    }
  });

  it('prints each program, without what only a kernel knows', async () => {
    const ids = await programIds();
    const only = ['gpl_compatible', 'bytes_xlated', 'jited', 'bytes_jited', 'bytes_memlock'];
    expect(ids.size).toBe(5);
    for (const [id, real] of ids) {
      const shown = JSON.parse(bpftool('-j', 'prog', 'show', 'id', String(real))) as object;
      const kept = Object.entries(shown).filter(([name]) => !only.includes(name));
      const text = withIds(await ours(`programs/${id}?format=bpftool`), 'id', ids);
      // The executor loaded it a little later than the ledger took the call.
      const sooner = (of: string) => of.replace(/"loaded_at":\d{10},/, '"loaded_at":0,');
      expect(sooner(text)).toBe(sooner(`${JSON.stringify(Object.fromEntries(kept))}\n`));
    }
  });

  it('prints the past', async () => {
    const query = new URLSearchParams({ format: 'bpftool', cgroup_root: '/mnt', at: '15' });
    expect(JSON.parse(await ours(`cgroups?${query}&under=/zeta`))).toMatchObject([
      { cgroup: '/mnt/zeta', programs: [{ id: 1, attach_type: EGRESS, attach_flags: 'multi' }] },
    ]);
    expect(await ours('cgroups?format=bpftool&at=14')).toBe('[]\n');
  });
});
