// The collector alone: what it prints does not depend on how it reads the kernel, and it says what it
// had no room for.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCollector } from '../../src/recorders/observe/collector.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { until } from './executing.ts';
import { buildCollector, ownFolder } from './observing.ts';
import { buildStory, run, tellStory } from './story.ts';

const ready = [needs('kernel'), needs('collector')].every(({ ok }) => ok);

/** Since 6.2 the kernel lets programs follow its pointers. */
const [MAJOR = 0, MINOR = 0] = release().split('.').map(Number);
const NEWEST_READS = MAJOR > 6 || (MAJOR === 6 && MINOR >= 2) ? 'by loads' : 'by helpers';

interface Line {
  readonly call: {
    readonly name: string;
    readonly path?: string;
    readonly prog_name?: string;
    readonly uid?: number;
    readonly mode?: number;
    readonly map_name?: string;
    readonly pin?: { readonly path: string };
    readonly fd?: { readonly path?: string };
    readonly fd_array?: readonly number[];
    readonly fd_array_cnt?: number;
  };
  readonly outcome?: { readonly ret?: number; readonly errno?: string };
  readonly fds?: Readonly<Record<string, { readonly kind: string }>>;
  readonly at: string;
  readonly pid?: number;
}

describe.skipIf(!ready)('the collector', { timeout: 120_000 }, () => {
  const folder = ownFolder();
  let path: string;
  beforeAll(() => {
    buildStory(folder);
    path = buildCollector(join(folder, 'build'));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts one, and gives its lines from then on. */
  async function start(first?: string | { readonly program: string }) {
    const program = typeof first === 'object' ? first.program : path;
    const options = typeof first === 'string' ? [first] : [];
    const child: ChildProcess = spawn(program, options, { stdio: ['ignore', 'pipe', 'pipe'] });
    const lines: Line[] = [];
    let header = '';
    if (child.stdout === null) throw new Error('no stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (header === '') header = line;
      else lines.push(JSON.parse(line) as Line);
    });
    await until('the collector began', () => header !== '');
    return {
      reads: (JSON.parse(header) as { readonly reads: string }).reads,
      lines,
      signal: (signal: NodeJS.Signals) => child.kill(signal),
      async end() {
        const ended = once(child, 'close');
        child.kill('SIGTERM');
        await ended;
        return lines;
      },
    };
  }

  it('prints the same on kernels that let it follow pointers, and on those that do not', async () => {
    const ways = [await start(), await start('--old-reads')];
    // Both print the same, so nothing else would tell that a program of the first way does not load.
    expect(ways.map(({ reads }) => reads)).toEqual([NEWEST_READS, 'by helpers']);
    const names = await tellStory(folder, [], async ({ cgroup, bpffs }) => {
      // A bpffs that is unmounted has no names any more: all of them are told before that.
      const mark = join(cgroup, 'mark');
      mkdirSync(mark);
      rmdirSync(mark);
      const isTold = ({ call }: Line) => call.name === 'rmdir' && call.path?.endsWith('/mark');
      await until('all is told', () => ways.every(({ lines }) => lines.some(isTold)));
      return [basename(cgroup), basename(bpffs)];
    });
    const told = await Promise.all(ways.map((way) => way.end()));
    const [newer = [], older = []] = told.map((lines) => ofStory(lines, names));
    expect(newer.length).toBeGreaterThan(200);
    expect(older).toEqual(newer);
  });

  it('tells what refusals follow from: the mode of a bpffs, and bytes beside a key', async () => {
    const way = await start();
    const bpffs = mkdtempSync(join(folder, 'bpffs-'));
    run('mount', ['-t', 'bpf', 'none', bpffs]);
    const path = `/${bpffs.replaceAll('/', ':')}`;
    await until('the mount is known', () => way.lines.some(({ call }) => call.pin?.path === path));
    run('chmod', ['1711', bpffs]);
    run('sh', ['-c', DELETE]);
    const isDelete = ({ call }: Line) => call.name === 'map_delete_elem';
    await until('all is told', () => way.lines.some(isDelete));
    run('umount', [bpffs]);
    const told = await way.end();
    expect(told.filter(({ call }) => call.name === 'chmod' && call.path === path)).toMatchObject([
      { call: { mode: 0o1711 }, outcome: { ret: 0 } },
    ]);
    expect(told.filter(isDelete)).toMatchObject([
      { call: { key: 0, value: 7 }, outcome: { errno: 'EINVAL' } },
    ]);
  });

  it('tells the fds that a refused program counts, or names by their index', async () => {
    const way = await start();
    run('perl', ['-e', LOADS, ...ARRAYS.map(({ load }) => load)]);
    const isLoad = ({ call }: Line) => call.name === 'prog_load' && call.prog_name === 'of_array';
    await until('all is told', () => way.lines.filter(isLoad).length === ARRAYS.length);
    const told = (await way.end()).filter(isLoad);
    expect(
      told.map(({ call: { fd_array, fd_array_cnt } }) => ({ fd_array, fd_array_cnt })),
    ).toEqual(ARRAYS.map(({ fd_array, fd_array_cnt }) => ({ fd_array, fd_array_cnt })));
    expect(told.every(({ outcome }) => outcome?.errno !== undefined)).toBe(true);
    // The rules ask what is behind each fd that is told.
    const isTold = told.map(({ fds = {} }) => fds[0]?.kind === 'other');
    expect(isTold).toEqual(ARRAYS.map(({ fd_array }) => fd_array !== undefined));
  });

  it('tells what decides on a load or a map beside its instructions and sizes', async () => {
    const way = await start();
    run('perl', ['-e', FIELDS]);
    const isOwn = ({ call }: Line) =>
      call.prog_name === 'of_fields' || call.map_name === 'of_fields';
    await until('all is told', () => way.lines.filter(isOwn).length === 5);
    const told = (await way.end()).filter(isOwn);
    expect(told).toMatchObject([
      {
        call: { log_level: 1, log_size: 4096, log_buf: true, signature_size: 7, keyring_id: -3 },
        outcome: { ret: expect.any(Number) },
      },
      { call: { log_level: 16, log_size: 10, log_buf: true }, outcome: { errno: 'EINVAL' } },
      {
        call: { func_info_cnt: 1, attach_btf_id: 9 },
        outcome: { errno: 'EINVAL' },
        fds: { 0: { kind: 'other' } },
      },
      {
        call: { numa_node: 5, map_extra: 6, excl_prog_hash: true, excl_prog_hash_size: 31 },
        outcome: { errno: 'EINVAL' },
      },
      { call: { attr_size: 5000 }, outcome: { errno: 'E2BIG' } },
    ]);
  });

  it('tells a cgroup that is opened as a place alone as found: it asks for no right to read', async () => {
    const cgroup = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-place-'));
    const way = await start();
    run('perl', ['-e', PLACES, cgroup]);
    rmdirSync(cgroup);
    const isTold = ({ call }: Line) =>
      call.path === `/${basename(cgroup)}` && call.name === 'rmdir';
    await until('all is told', () => way.lines.some(isTold));
    const told = (await way.end()).flatMap(({ call }) => {
      const path = call.path ?? call.fd?.path;
      return path === `/${basename(cgroup)}` ? [call.name] : [];
    });
    expect(told).toEqual(['found', 'open_cgroup', 'rmdir']);
  });

  it('comes with the package, for this architecture, and needs no library of the machine', async () => {
    const { path: packed = '' } = findCollector();
    expect(basename(packed)).toBe(`bpfledger-collector-linux-${process.arch}`);
    // Without an environment, and in an empty directory as its root, there is nothing to link with.
    const place = join(folder, 'empty');
    mkdirSync(place);
    copyFileSync(packed, join(place, 'collector'));
    expect(run('chroot', [place, '/collector', '--help'])).toContain('usage: bpfledger-collector');
    const way = await start({ program: packed });
    expect(way.reads).toBe(NEWEST_READS);
    await way.end();
  });

  it('takes nothing that was done at a place before its mount as done on that bpffs, however late it reads', async () => {
    const way = await start();
    const cgroup = join(cgroup2Mount() ?? '', basename(folder));
    const places = ['first', 'second'].map((name) => join(folder, name));
    way.signal('SIGSTOP');
    run('perl', ['-e', MOUNTS, cgroup, ...places]);
    way.signal('SIGCONT');
    const isMkdir = ({ call }: Line) => call.name === 'bpffs_mkdir';
    await until('all is told', () => way.lines.filter(isMkdir).length > 1);
    for (const place of places) run('umount', [place]);
    rmdirSync(cgroup);
    const told = (await way.end()).filter(({ call }) => call.name.startsWith('bpffs_'));
    const below = places.map((place) => `/${place.replaceAll('/', ':')}/below`);
    expect(told.map(({ call: { name, path } }) => [name, path])).toEqual(
      below.map((path) => ['bpffs_mkdir', path]),
    );
  });

  it('tells owners and modes of cgroups and their files, however they are named', async () => {
    const cgroup = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-owners-'));
    const ways = [await start(), await start('--old-reads')];
    mkdirSync(join(cgroup, 'a'));
    run('sh', ['-c', OWNERS, cgroup]);
    for (const path of [join(cgroup, 'a'), cgroup]) rmdirSync(path);
    const isTold = ({ call }: Line) =>
      call.name === 'rmdir' && call.path === `/${basename(cgroup)}`;
    await until('all is told', () => ways.every(({ lines }) => lines.some(isTold)));
    for (const way of ways) {
      const told = (await way.end())
        .filter(({ call }) => call.path?.startsWith(`/${basename(cgroup)}`))
        .filter(({ call }) => call.uid !== undefined || call.mode !== undefined)
        .map(({ call: { name, path, uid, mode }, outcome }) => {
          const given = uid ?? mode?.toString(8);
          const where = path?.slice(basename(cgroup).length + 1);
          return `${name} ${where || '.'} ${given} ${outcome?.errno ?? outcome?.ret}`;
        });
      expect(told).toEqual([
        'cgroup_chown . 1000 0',
        'cgroup_chown /cgroup.procs 1000 0',
        'cgroup_chown /a 1001 0',
        'cgroup_chown /cgroup.threads 5 0',
        'cgroup_chmod /a/cgroup.procs 664 0',
        'cgroup_chmod /a 711 0',
        'cgroup_chown /a 8 0',
        'cgroup_chown /a/cgroup.type 9 0',
        'cgroup_chown /a 10 0',
        'cgroup_chmod /a 777 EPERM',
      ]);
    }
  });
});

const BPF = process.arch === 'arm64' ? 280 : 321;
/** A prog_array, and a delete in it that passes bytes after the command's last field. */
const DELETE = `perl -e '
  my $create = pack("L4 x112", 3, 4, 4, 1);
  my $fd = syscall(${BPF}, 0, $create, length $create);
  my $key = pack("L", 0);
  my $delete = pack("L x4 Q Q", $fd, unpack("Q", pack("P", $key)), 7);
  syscall(${BPF}, 3, $delete, length $delete)'`;

/**
 * Loads that are refused: the fds of the array, how many are counted, and the index that the program
 * names. Fd 0 is not a map; the 16th fd is the last that is told.
 */
const ARRAYS: readonly {
  readonly load: string;
  readonly fd_array?: readonly number[];
  readonly fd_array_cnt?: number;
}[] = [
  { load: '1 1 -', fd_array: [0], fd_array_cnt: 1 },
  { load: '3 2 -', fd_array: [0, 0], fd_array_cnt: 2 },
  { load: '0 1 -', fd_array_cnt: 1 },
  { load: '3 0 2', fd_array: [0, 0, 0] },
  { load: '20 0 15', fd_array: Array.from({ length: 16 }, () => 0) },
  { load: '20 0 16' },
  { load: '20 17 -' },
  { load: '3 0 4294967295' },
];
const LOADS = `
  foreach my $load (@ARGV) {
    my ($fds, $counted, $index) = split(" ", $load);
    my $insns = $index eq "-" ? "" : pack("CCsL Q", 0x18, 0x51, 0, $index, 0);
    $insns .= pack("CCsL CCsL", 0xb7, 0, 0, 1, 0x95, 0, 0, 0);
    my ($license, $array) = ("GPL", pack("L*", (0) x $fds));
    my $at = sub { unpack("Q", pack("P", $_[0])) };
    my $name = "of_array";
    my $attr = pack("L2 Q2 x24 a16 x56 Q x20 L x8", 8, length($insns) / 8, $at->($insns),
      $at->($license), $name, $fds ? $at->($array) : 0, $counted);
    syscall(${BPF}, 5, $attr, length $attr);
  }`;

/**
 * Loads and maps with a log, a signature's size, types, and the hash of a program; fd 0 is not BTF. The
 * last attr is larger than a page.
 */
const FIELDS = `
  my ($license, $log, $name, $hash) = ("GPL", "\\0" x 4096, "of_fields", "\\0" x 32);
  my $at = sub { unpack("Q", pack("P", $_[0])) };
  my $insns = pack("CCsL CCsL", 0xb7, 0, 0, 1, 0x95, 0, 0, 0);
  my $load = sub {
    my ($level, $size, $funcs, $btf_id, $signed) = @_;
    my $attr = pack("L2 Q2 L2 Q x4 L a16 x24 L x16 L x40 Q L l", 8, 2, $at->($insns), $at->($license),
      $level, $size, $size ? $at->($log) : 0, 0, $name, $funcs, $btf_id, 0, $signed, $signed ? -3 : 0);
    syscall(${BPF}, 5, $attr, length $attr);
  };
  $load->(1, 4096, 0, 0, 7);
  $load->(16, 10, 0, 0, 0);
  $load->(0, 0, 1, 9, 0);
  my $map = pack("L5 L2 a16 x20 Q x8 Q L x4", 2, 4, 4, 1, 4, 0, 5, $name, 6, $at->($hash), 31);
  syscall(${BPF}, 0, $map, length $map);
  my $large = pack("L5 L2 a16 x4956", 2, 4, 4, 1, 0, 0, 0, $name);
  syscall(${BPF}, 0, $large, length $large) and 0`;

/** Opens a directory as a place (O_PATH), and for reading. */
const PLACES = `
  sysopen(my $place, $ARGV[0], 010000000) or die;
  sysopen(my $directory, $ARGV[0], 0) or die`;

/** Whoever makes a cgroup is followed: it makes places, removes one, mounts on them, and makes names there. */
const MOUNTS = `
  my $cgroup = shift; mkdir($cgroup) or die;
  foreach my $place (@ARGV) {
    mkdir($place) or die; rmdir($place) or die; mkdir($place) or die;
    system("mount", "-t", "bpf", "none", $place) and die;
    mkdir("$place/below") or die;
  }`;

const [FCHOWNAT, FCHMOD] = process.arch === 'arm64' ? [54, 52] : [260, 91];
/** By whole paths, relative ones and fds; and in ways that are not told. */
const OWNERS = `set -e
chown 1000 "$0"
chown 1000:1000 "$0/cgroup.procs"
cd "$0"
chown 1001 a
chown 5 ./a/../cgroup.threads
chown :5 a
chown 5 cgroup.pressure
chown 5 nothing 2>/dev/null || true
perl -e '
  open(my $file, "<", "a/cgroup.procs"); chmod(0664, $file);
  opendir(my $dir, "a");
  my ($fd, $itself, $type) = (fileno($dir), "", "cgroup.type");
  syscall(${FCHMOD}, $fd, 0711);
  syscall(${FCHOWNAT}, $fd, $itself, 8, 8, 0x1000);
  syscall(${FCHOWNAT}, $fd, $type, 9, 9, 0);
  syscall(${FCHOWNAT}, $fd, $itself, 9, 9, 0);
  chown(10, 10, "/proc/self/fd/$fd");
  $> = 4242; chmod(0777, "/proc/self/fd/$fd") or exit 0'
sh -c 'echo $$ >a/cgroup.procs; exec unshare -C chown 1000 "$0"' "$0/cgroup.procs"
`;

/**
 * The lines of the processes that name something of the story, without what differs by the moment. Of
 * mounts each collector tells when it looks, and of no process.
 */
function ofStory(lines: readonly Line[], names: readonly string[]): object[] {
  const isNaming = (line: Line) =>
    line.pid !== undefined && names.some((name) => JSON.stringify(line).includes(name));
  const pids = new Set(lines.filter(isNaming).map(({ pid }) => pid));
  return lines.filter(({ pid }) => pids.has(pid)).map(({ at: _, ...rest }) => rest);
}
