// bpftool and a loader with libbpf at work on the kernel that runs here, recorded by strace in the
// ways that people record, imported, and compared with what the kernel has at the end.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEnd } from '../../src/api/wire/recording.ts';
import { lines, post, startTestService, type TestService } from '../api/running.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';

const RUN_MS_MAX = 120_000;
const SOURCES = join(import.meta.dirname, 'recorded');
const TRACED =
  'trace=bpf,openat,openat2,open,close,close_range,dup,dup2,dup3,fcntl,mkdir,mkdirat,rmdir,unlink,' +
  'unlinkat,rename,renameat,renameat2,clone,clone3,fork,vfork,execve,exit_group,chdir,fchdir,mount,' +
  'pidfd_open,pidfd_getfd,sendmsg,recvmsg,write';

const strace = needs('strace');
const kernel = needs('kernel');
const canRun = strace.ok && kernel.ok;

const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
const run = (command: string, args: readonly string[], cwd?: string) =>
  execFileSync(command, args, {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });

describe.skipIf(!canRun)('a recording made here', { timeout: RUN_MS_MAX }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-strace-'));
  const mount = cgroup2Mount() ?? '';
  let service: TestService;
  beforeAll(async () => {
    const include = `-I/usr/include/${run('cc', ['-print-multiarch']).trim()}`;
    const object = ['-c', join(SOURCES, 'programs.bpf.c'), '-o', join(folder, 'programs.o')];
    run('clang', ['-O2', '-g', '-target', 'bpf', include, ...object]);
    const program = [join(SOURCES, 'loader.c'), '-o', join(folder, 'loader')];
    run('cc', ['-Wall', '-O1', ...program, '-lbpf', '-lpthread']);
    service = await startTestService();
  }, RUN_MS_MAX);
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Records the story, and what bpftool prints of its cgroups at the end. */
  function record(options: readonly string[]) {
    const cgroup = mkdtempSync(join(mount, 'bpfledger-strace-'));
    const bpffs = mkdtempSync(join(folder, 'bpffs-'));
    const file = join(folder, 'story.strace');
    run('mount', ['-t', 'bpf', 'none', bpffs]);
    try {
      const story = [join(SOURCES, 'story.sh'), 'programs.o', './loader', cgroup, bpffs];
      run('strace', [...options, '-e', TRACED, '-o', file, ...story], folder);
      const tree = run('bpftool', ['-j', 'cgroup', 'tree', cgroup]);
      const link = run('bpftool', ['-j', 'link', 'show', 'pinned', join(bpffs, 'moved')]);
      return { text: readFileSync(file, 'latin1'), cgroup, bpffs, tree, link };
    } finally {
      run('umount', [bpffs]);
      for (const path of ['a/b', 'a', '']) rmdirSync(join(cgroup, path));
    }
  }

  it.each([
    ['-f -ttt -yy'],
    ['-f -ttt -y'],
    ['-f -ttt'],
    ['-f -ttt -y -Xraw'],
    ['-f -ttt -yy -Xverbose'],
    ['-f -ttt -yy -v -s 200'],
    ['-f -ttt -yy -Y -T -i -n'],
  ])('by strace %s says what the kernel had at the end', async (options) => {
    const { text, cgroup, bpffs, tree, link } = record(options.split(' '));
    const host = `h${options.replace(/\W+/g, '-').toLowerCase()}`;
    const query = `release=${release()}&cgroup_mount=${mount}&bpffs_mount=${bpffs}`;
    const sent = { body: text, headers: { 'content-type': 'text/plain' } };
    const answer = await post(service.app, `/v1/hosts/${host}/import?${query}`, sent);
    const end = importEnd.parse((await lines(answer)).at(-1));
    expect(end.summary.divergences.first).toEqual([]);
    expect(end).toMatchObject({ drift: 0, summary: { unreadable: {}, ambiguous: [] } });

    const under = `/${basename(cgroup)}`;
    const shown = `cgroups?format=bpftool&cgroup_root=${mount}&under=${under}`;
    const ours = await service.app.request(`/v1/hosts/${host}/${shown}`);
    expect(await ours.json()).toEqual(JSON.parse(tree));

    const { kernel: state } = await service.log.kernelAt(host);
    const pin = state.bpffs.get('/moved');
    const pinned = state.links.get(pin?.id ?? 0);
    const told = JSON.parse(link) as { readonly prog_id: number; readonly attach_type: string };
    expect(pinned).toMatchObject({ prog_id: told.prog_id, attach_type: told.attach_type });
    expect([...state.processes.keys()]).toEqual([1]);
  });
});
