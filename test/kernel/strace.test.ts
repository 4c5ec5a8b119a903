// bpftool and a loader with libbpf at work on the kernel that runs here, recorded by strace in the
// ways that people record, imported, and compared with what the kernel has at the end.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importEnd } from '../../src/api/wire/recording.ts';
import { lines, post, startTestService, type TestService } from '../api/running.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { buildStory, run, tellStory } from './story.ts';

const RUN_MS_MAX = 120_000;
const TRACED =
  'trace=bpf,openat,openat2,open,close,close_range,dup,dup2,dup3,fcntl,mkdir,mkdirat,rmdir,unlink,' +
  'unlinkat,rename,renameat,renameat2,clone,clone3,fork,vfork,execve,exit_group,chdir,fchdir,mount,' +
  'umount2,fsopen,fsmount,move_mount,pidfd_open,pidfd_getfd,sendmsg,recvmsg,write';

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

  it('knows the names on a bpffs that is mounted in it, and those that an umount took along', async () => {
    const place = mkdtempSync(join(folder, 'mounts-'));
    const file = join(place, 'mounts.strace');
    const strace = ['-f', '-ttt', '-yy', '-e', TRACED, '-o', file];
    const script = join(place, 'mounts.sh');
    writeFileSync(script, MOUNTS);
    try {
      run('strace', [...strace, 'sh', script, join(folder, 'programs.o'), place], folder);
      const kept = JSON.parse(
        run('bpftool', ['-j', 'prog', 'show', 'pinned', join(place, 'x/d/p')]),
      );
      const query = `release=${release()}&cgroup_mount=${mount}`;
      const body = readFileSync(file, 'latin1');
      const sent = { body, headers: { 'content-type': 'text/plain' } };
      const answer = await post(service.app, `/v1/hosts/mounts/import?${query}`, sent);
      const end = importEnd.parse((await lines(answer)).at(-1));
      expect(end).toMatchObject({ drift: 0, summary: { unreadable: {}, ambiguous: [] } });

      const { kernel: state } = await service.log.kernelAt('mounts');
      const pins = [...state.bpffs.entries()].filter(([, { kind }]) => kind === 'prog');
      // Names of the instance at x begin with its number; that at y went with its pin.
      expect(pins.map(([path]) => path)).toEqual([expect.stringMatching(/^\/\.\d+\/d\/p$/)]);
      expect(state.programs.get(pins[0]?.[1].id ?? 0)?.prog_name).toBe(kept.name);
      expect(state.programs.size).toBe(1);
      const events = await lines(await service.app.request('/v1/hosts/mounts/events?limit=1000'));
      const told = JSON.stringify(events);
      expect(told).toContain(`/${join(place, 'x').replaceAll('/', ':')}/d/p`);
      expect(told).toContain('"umount"');
    } finally {
      run('umount', [join(place, 'x')]);
    }
  });

  it('follows a bpffs that is moved, and one that an open directory keeps', async () => {
    const place = mkdtempSync(join(folder, 'moves-'));
    const file = join(place, 'moves.strace');
    const script = join(place, 'moves.pl');
    writeFileSync(script, MOVES);
    const traced = ['strace', '-f', '-ttt', '-yy', '-e', TRACED, '-o', file];
    const own = ['-m', '--propagation', 'private', ...traced];
    const said = run(
      'unshare',
      [...own, 'perl', script, join(folder, 'programs.o'), place],
      folder,
    );
    // So it is on the kernel: the open directory keeps the pin, and its close lets go.
    expect(said).toBe('moved 1, unmounted 1, closed 0\n');

    const query = `release=${release()}&cgroup_mount=${mount}`;
    const body = readFileSync(file, 'latin1');
    const sent = { body, headers: { 'content-type': 'text/plain' } };
    const answer = await post(service.app, `/v1/hosts/moves/import?${query}`, sent);
    const end = importEnd.parse((await lines(answer)).at(-1));
    expect(end.summary.divergences.first).toEqual([]);
    expect(end).toMatchObject({ drift: 0, summary: { unreadable: {}, ambiguous: [] } });
    const answered = await service.app.request('/v1/hosts/moves/events?limit=1000');
    const { items } = (await answered.json()) as { readonly items: readonly Story[] };
    const [x, y] = ['x', 'y'].map((name) => `/${join(place, name).replaceAll('/', ':')}`);
    const loaded = items.flatMap(({ effects }) =>
      effects.flatMap(({ prog_name, prog_id }) => (prog_name === 'out_one' ? [prog_id] : [])),
    );
    expect(loaded).toHaveLength(2);
    const isFreed = ({ type, prog_id }: Story['effects'][number]) =>
      type === 'ProgFreed' && loaded.includes(prog_id);
    const told = items.map(({ call: { name, path, from, flags }, effects }) => {
      const freed = effects.some(isFreed) ? 'frees' : '';
      return [name, path, from, flags, freed].filter((word) => word).join(' ');
    });
    expect(told.filter((words) => /mount|unlink|open_other|frees/.test(words))).toEqual([
      `mount ${x}`,
      `mount ${y} ${x}`,
      `umount ${x} 2`,
      `open_other ${y}`,
      `unlink ${y}/q frees`,
      `umount ${y} 2`,
      'close frees',
    ]);
    const { kernel: state } = await service.log.kernelAt('moves');
    expect([state.programs.size, state.mounts.size]).toEqual([0, 1]);
  });
});

interface Story {
  readonly call: {
    readonly name: string;
    readonly path?: string;
    readonly from?: string;
    readonly flags?: number;
  };
  readonly effects: readonly {
    readonly type: string;
    readonly prog_id?: number;
    readonly prog_name?: string;
  }[];
}

/** Pins on a bpffs that is moved; one goes by its new name, the other when an open directory is closed. */
const MOVES = `
  my ($object, $place) = @ARGV;
  my ($x, $y) = ("$place/x", "$place/y");
  sub run { system(@_) and die "@_" }
  mkdir($x); mkdir($y);
  run("mount", "-t", "bpf", "none", $x);
  run("bpftool", "prog", "load", $object, "$x/p", "type", "cgroup/skb");
  run("bpftool", "prog", "load", $object, "$x/q", "type", "cgroup/skb");
  my ($id) = \`bpftool -j prog show pinned $x/p\` =~ /"id":(\\d+)/;
  # A freed program is there until a grace period is over.
  my $lives = sub {
    for (1 .. 50) {
      return 0 if system("bpftool prog show id $id >/dev/null 2>&1");
      return 1 if $_[0];
      select(undef, undef, undef, 0.1);
    }
    return 1;
  };
  run("mount", "--move", $x, $y);
  my $moved = $lives->(1);
  opendir(my $dir, $y) or die;
  unlink("$y/q") or die;
  run("umount", "-l", $y);
  select(undef, undef, undef, 0.3);
  my $unmounted = $lives->(1);
  closedir($dir);
  my $closed = $lives->(0);
  print "moved $moved, unmounted $unmounted, closed $closed\n"`;

/** Two bpffs, each with a pin; one of them is unmounted, and a pin is opened by its name. */
const MOUNTS = `set -e
object=$1 place=$2
mkdir "$place/x" "$place/y"
mount -t bpf none "$place/x"
mount -t bpf -o mode=700 none "$place/y"
mkdir "$place/x/d"
bpftool prog load "$object" "$place/x/d/p" type cgroup/skb
bpftool prog load "$object" "$place/y/q" type cgroup/skb
bpftool prog show pinned "$place/x/d/p" >/dev/null
umount "$place/y"
rmdir "$place/y"
`;
