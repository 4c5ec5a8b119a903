// Loaders as they are out there, observed: device rules as runc writes them, a program of Go with
// cilium/ebpf. The log tells what they did, who did it, and why nothing runs at the end.

import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceProcess, startProcess } from '../api/process.ts';
import { bpfledger } from '../support/command.ts';
import { codeIn } from '../support/documents.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { until } from './executing.ts';
import { buildCollector, type Observing, ownFolder, startObserving, Watch } from './observing.ts';
import { run } from './story.ts';

const SOURCES = join(import.meta.dirname, 'recorded');
const HOST = 'loaders';
/** A compiler is at work before bpftrace sees anything. */
const ATTACH_MS_MAX = 60_000;
const ready = [needs('kernel'), needs('collector')].every(({ ok }) => ok);
const go = needs('go').ok;
const systemd = needs('systemd').ok;
/** Calls that make or change an attachment. libbpf tries out more. */
const ATTACHING: readonly string[] = ['prog_get_fd_by_id', 'prog_attach', 'prog_detach'];

describe.skipIf(!ready)('loaders that are observed', { timeout: 300_000 }, () => {
  const folder = ownFolder();
  let cgroup: string;
  let service: ServiceProcess;
  let observing: Observing;
  let watch: Watch;

  beforeAll(async () => {
    const collector = buildCollector(join(folder, 'build'));
    run('cc', ['-Wall', join(SOURCES, 'devices.c'), '-o', join(folder, 'devices'), '-lbpf']);
    mkdirSync(join(folder, 'data'));
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data') });
    const place = { url: service.url, host: HOST, spool: join(folder, 'spool'), collector };
    observing = await startObserving(place);
    watch = new Watch(place);
    cgroup = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-loaders-'));
  }, 300_000);

  afterAll(async () => {
    if (cgroup !== undefined) rmdirSync(cgroup);
    watch?.close();
    await observing?.end('SIGTERM');
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function ask(command: string, type: string, ...more: string[]): Promise<string> {
    await watch.catchUp();
    const place = ['--cgroup', `/${basename(cgroup)}`, ...more];
    const words = [command, HOST, '--type', type, '--url', service.url, ...place];
    const { out, err } = await bpfledger(words);
    return out + err;
  }

  /** The calls of a program by which it attached, in order. */
  async function attaching(comm: string): Promise<string[]> {
    await watch.catchUp();
    const own = watch.events.filter((event) => event.comm === comm && event.effects.length > 0);
    expect(own.filter(({ source }) => source === 'inferred')).toEqual([]);
    return own.map(({ call }) => call.name).filter((name) => ATTACHING.includes(name));
  }

  it('device rules are replaced, as runc does it', async () => {
    for (const name of ['runc_one', 'runc_two']) run(join(folder, 'devices'), [cgroup, name]);
    expect(await attaching('devices')).toEqual(['prog_attach', 'prog_get_fd_by_id', 'prog_attach']);
    const [first] = watch.events
      .filter(({ comm }) => comm === 'devices')
      .flatMap(({ effects }) => effects.filter(({ prog_name }) => prog_name === 'runc_one'));
    const blamed = await ask('blame', 'device');
    expect(blamed).toMatch(/1 program runs/);
    expect(blamed).toMatch(/program \d+ \(runc_two\)/);
    expect(blamed).toMatch(/by devices\[\d+\] prog_attach/);
    expect(await ask('explain', 'device', '--program', String(first?.prog_id))).toMatch(/replaced/);
  });

  it('types of a skeleton are followed, and what they describe', async () => {
    const include = `-I/usr/include/${run('cc', ['-print-multiarch']).trim()}`;
    const source = ['-c', join(SOURCES, 'typed.bpf.c'), '-o', 'typed.bpf.o'];
    run('clang', ['-O2', '-g', '-target', 'bpf', include, ...source], folder);
    const skeleton = run('bpftool', ['gen', 'skeleton', 'typed.bpf.o', 'name', 'typed'], folder);
    writeFileSync(join(folder, 'typed.skel.h'), skeleton);
    run('cc', ['-Wall', '-I.', join(SOURCES, 'typed.c'), '-o', 'typed', '-lbpf'], folder);
    run(join(folder, 'typed'), [cgroup]);
    await watch.catchUp();
    const own = watch.events.filter(({ comm }) => comm === 'typed');
    expect(own.filter(({ expected }) => expected !== undefined)).toEqual([]);
    expect(own.filter(({ source: by }) => by === 'inferred')).toEqual([]);
    const described = own.flatMap(({ effects }) =>
      effects.filter(({ btf_ids }) => btf_ids !== undefined),
    );
    expect(described.map(({ type, map_name, prog_name }) => [type, map_name ?? prog_name])).toEqual(
      [
        ['MapCreated', 'sockets'],
        ['MapCreated', 'typed.rodata'],
        ['MapCreated', 'typed.data'],
        ['ProgLoaded', 'typed'],
        ['MapCreated', 'typed'],
        ['MapCreated', 'typed'],
      ],
    );
    const refused = own.filter(({ outcome }) => outcome.errno !== undefined);
    expect(refused.map(({ call, outcome }) => [call.name, outcome.errno])).toEqual([
      ['map_create', 'EINVAL'],
      ['btf_load', 'EINVAL'],
      ['prog_load', 'EINVAL'],
      ['map_create', 'EBADF'],
    ]);
  });

  it('what only a prog_array or a map of maps holds lives until it is taken out', async () => {
    const bpffs = mkdtempSync(join(folder, 'bpffs-'));
    run('mount', ['-t', 'bpf', 'none', bpffs]);
    try {
      run('clang', [
        '-O2',
        '-target',
        'bpf',
        '-c',
        join(SOURCES, 'held.bpf.c'),
        '-o',
        join(folder, 'held.o'),
      ]);
      run('sh', [join(SOURCES, 'held.sh'), join(folder, 'held.o')], bpffs);
    } finally {
      run('umount', [bpffs]);
    }
    await watch.catchUp();
    const own = watch.events.filter(({ comm }) => ['bpftool', 'rm'].includes(comm));
    expect(own.filter(({ expected }) => expected !== undefined)).toEqual([]);
    const calls = own.filter(({ call }) => /^map_.*_elem$|^unlink$/.test(call.name));
    expect(
      calls.map(({ call, effects }) => [call.name, ...effects.map(({ type }) => type)]),
    ).toEqual([
      ['map_update_elem', 'ElementUpdated'],
      ['map_update_elem', 'ElementUpdated'],
      // The names of the program and of the inner map.
      ['unlink', 'PinRemoved'],
      ['unlink', 'PinRemoved'],
      ['map_delete_elem', 'ElementDeleted', 'ProgFreed'],
      ['map_delete_elem', 'ElementDeleted', 'MapFreed'],
    ]);
  });

  it.skipIf(!needs('bpftrace').ok)(
    'bpftrace tells of them, as docs/observe.md has it',
    async () => {
      const mount = cgroup2Mount() ?? '';
      const script = codeIn('docs/observe.md', 'c')
        .replace('"/sys/fs/cgroup/", 15', `"${mount}/", ${mount.length + 1}`)
        .replace('filename + 14', `filename + ${mount.length}`);
      expect(script).toContain(`filename + ${mount.length})`);
      writeFileSync(join(folder, 'calls.bt'), script);
      const traced = traceHere(join(folder, 'calls.bt'));
      let lines = '';
      try {
        await until(
          'bpftrace sees what happens',
          () => {
            closeSync(openSync(mount + sep, constants.O_DIRECTORY));
            return traced.output().includes('"open_cgroup"');
          },
          ATTACH_MS_MAX,
        );
        run(join(folder, 'devices'), [cgroup, 'traced']);
        await until(
          'bpftrace tells of it',
          () => {
            lines = traced.output();
            return /"exit".*"devices"/.test(lines);
          },
          ATTACH_MS_MAX,
        );
      } finally {
        await traced.end();
      }
      const own = lines.split('\n').filter((line) => line.endsWith('"comm":"devices"}'));
      const header = { collector: 'bpftrace', contract: 1, release: '6.18', boot_id: randomUUID() };
      const input = `${JSON.stringify(header)}\n${own.join('\n')}\n`;
      const words = ['--host', 'traced', '--url', service.url, '--spool', join(folder, 'traced')];
      const { code, err } = await bpfledger(['observe', '--collector-stdin', ...words], { input });
      expect(err).toContain(`${own.length + 1} lines taken, ${own.length} recorded, 0 refused`);
      expect(code).toBe(0);
      const at = ['--cgroup', `/${basename(cgroup)}`, '--type', 'device', '--url', service.url];
      const { out } = await bpfledger(['blame', 'traced', ...at]);
      expect(out).toMatch(/1 program runs/);
      expect(out).toMatch(/attached at .* by devices\[\d+\] prog_attach/);
    },
  );

  it.runIf(go)('a link of cilium/ebpf lives by its pin, and ends with it', async () => {
    const program = join(folder, 'go-loader');
    const env = { GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOCACHE: join(folder, 'cache') };
    run('env', [
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...['go', 'build', '-o', program, join(SOURCES, 'go-loader', 'main.go')],
    ]);
    const bpffs = mkdtempSync(join(folder, 'bpffs-'));
    run('mount', ['-t', 'bpf', 'none', bpffs]);
    try {
      run(program, [cgroup, join(bpffs, 'go')]);
      const blamed = await ask('blame', 'egress');
      expect(blamed).toMatch(/1 program runs/);
      expect(blamed).toMatch(/program \d+ \(go_new\) by link/);
      expect(blamed).toMatch(/attached at .* by go-loader\[\d+\] link_create/);
      expect(blamed).toMatch(/link updated at .* by go-loader\[\d+\] link_update/);
      expect(blamed).toMatch(/link held by pin/);
      run('rm', [join(bpffs, 'go')]);
      expect(await ask('gaps', 'egress')).toMatch(/by rm\[\d+\] unlink/);
    } finally {
      run('umount', [bpffs]);
    }
  });

  it.runIf(systemd)('a service of systemd is filtered while it runs', async () => {
    const own = mkdtempSync(join(folder, 'systemd-'));
    const path = `/${basename(cgroup)}`;
    const ended = promisify(execFile)('unshare', [
      ...['-m', join(SOURCES, 'systemd.sh'), path, own],
    ]);
    await until('the service runs', () => existsSync(join(own, 'started')));
    const unit = `${path}/manager/app.slice/filtered.service`;
    for (const [type, name] of [
      ['device', 'sd_devices'],
      ['egress', 'sd_fw_egress'],
      ['ingress', 'sd_fw_ingress'],
    ] as const) {
      const blamed = await ask('blame', type, '--cgroup', unit);
      expect(blamed).toMatch(new RegExp(`program \\d+ \\(${name}\\)`));
      expect(blamed).toMatch(/by systemd\[\d+\] prog_attach/);
    }
    writeFileSync(join(own, 'stop'), '');
    await ended;
    const gone = await ask('gaps', 'egress', '--cgroup', unit);
    expect(gone).toMatch(
      /there was no such cgroup .*\n +opened by \d+ at \S+ by systemd\[\d+\] rmdir/,
    );
  });
});

/** bpftrace at work on this kernel, in a mount namespace that has what it reads. */
function traceHere(script: string) {
  const tracefs = 'mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null';
  const child = spawn('unshare', [
    '-m',
    'sh',
    '-c',
    `${tracefs}; exec bpftrace -q -B line "$0"`,
    script,
  ]);
  const ended = once(child, 'close');
  let [said, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  return {
    output() {
      if (child.exitCode !== null) throw new Error(`bpftrace ended with ${child.exitCode}: ${err}`);
      return said;
    },
    async end() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
