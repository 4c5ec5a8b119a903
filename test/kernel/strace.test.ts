// bpftool and a loader with libbpf at work on the kernel that runs here, recorded by strace in the
// ways that people record, imported, and compared with what the kernel has at the end.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEnd } from '../../src/api/wire/recording.ts';
import { lines, post, startTestService, type TestService } from '../api/running.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { buildStory, tellStory } from './story.ts';

const RUN_MS_MAX = 120_000;
const TRACED =
  'trace=bpf,openat,openat2,open,close,close_range,dup,dup2,dup3,fcntl,mkdir,mkdirat,rmdir,unlink,' +
  'unlinkat,rename,renameat,renameat2,clone,clone3,fork,vfork,execve,exit_group,chdir,fchdir,mount,' +
  'pidfd_open,pidfd_getfd,sendmsg,recvmsg,write';

const strace = needs('strace');
const kernel = needs('kernel');
const canRun = strace.ok && kernel.ok;

describe.skipIf(!canRun)('a recording made here', { timeout: RUN_MS_MAX }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-strace-'));
  const mount = cgroup2Mount() ?? '';
  let service: TestService;
  beforeAll(async () => {
    buildStory(folder);
    service = await startTestService();
  }, RUN_MS_MAX);
  afterAll(async () => {
    await service.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Records the story, and what bpftool prints of its cgroups at the end. */
  function record(options: readonly string[]) {
    const file = join(folder, 'story.strace');
    const before = ['strace', ...options, '-e', TRACED, '-o', file];
    return tellStory(folder, before, (told) => ({ text: readFileSync(file, 'latin1'), ...told }));
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
    const { text, cgroup, bpffs, tree, link } = await record(options.split(' '));
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
