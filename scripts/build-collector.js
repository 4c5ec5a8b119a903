// Builds the collector of `bpfledger observe` into dist/collector, where its tools are: clang, make, a C
// compiler, bpftool and the headers of libbpf, libelf and zlib. The part in the kernel is CO-RE, so it is
// one for all kernels and lies inside the program; the program is for the architecture that it is built
// on, which is in its name, and has its libraries in it where those are there to be linked so.
// Without the tools nothing is built, and the package is whole without it: `observe` says how to make it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Milliseconds that one way of linking may take. */
const MAKE_MS_MAX = 300_000;

/** How it is linked, the most that it brings along first; newer versions of libelf need zstd. */
const WAYS = [
  '-static -lbpf -lelf -lz',
  '-static -lbpf -lelf -lz -lzstd',
  '-Wl,-Bstatic -lbpf -lelf -lz -Wl,-Bdynamic',
  '-Wl,-Bstatic -lbpf -lelf -lz -lzstd -Wl,-Bdynamic',
  '-lbpf -lelf -lz',
];

const COMMANDS = ['clang', 'make', 'cc', 'bpftool'];
const HEADERS = ['bpf/libbpf.h', 'libelf.h', 'zlib.h'];
const HEADER_FOLDERS = ['/usr/include', '/usr/local/include'];
/** Where administrators' commands are, which need not be on the PATH of who installs. */
const SBIN = ['/usr/sbin', '/usr/local/sbin'];

/** The collector's name in dist/collector, on this architecture. */
function collectorName() {
  return `bpfledger-collector-${process.platform}-${process.arch}`;
}

/**
 * Builds it, unless it is newer than its sources, and says in a line why not where it does not.
 *
 * @param {string} root of the checkout
 */
export function buildCollector(root) {
  if (process.platform !== 'linux') return;
  const source = join(root, 'collector');
  const built = join(root, 'dist', 'collector', collectorName());
  if (isUpToDate(source, built)) return;
  const path = [process.env.PATH ?? '', ...SBIN].join(delimiter);
  const missing = missingTools(path);
  if (missing.length > 0) return say(`${missing.join(', ')} is not here`);
  // Of the parts between, what is newer than its source is taken again.
  const out = join(source, 'build', 'packed');
  let words = '';
  for (const way of WAYS) {
    const made = spawnSync(
      'make',
      ['-C', source, `OUT=${out}`, 'CFLAGS=-O2 -Wall', 'LDFLAGS=-s', `LDLIBS=${way}`],
      { encoding: 'utf8', env: { ...process.env, PATH: path }, timeout: MAKE_MS_MAX },
    );
    const program = join(out, 'bpfledger-collector');
    if (made.status === 0 && runs(program)) {
      mkdirSync(join(root, 'dist', 'collector'), { recursive: true });
      copyFileSync(program, built);
      return;
    }
    words = made.stderr?.trim().split('\n').at(-1) ?? String(made.error);
  }
  say(`make -C collector fails: ${words}`);
}

/** @param {string} why */
function say(why) {
  console.error(`dist/collector is not built: ${why} (docs/observe.md). All else is.`);
}

/** @param {string} source @param {string} built */
function isUpToDate(source, built) {
  if (!existsSync(built)) return false;
  const { mtimeMs } = statSync(built);
  const files = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.every(({ name }) => statSync(join(source, name)).mtimeMs <= mtimeMs);
}

/** @param {string} path @returns {string[]} */
function missingTools(path) {
  const folders = path.split(delimiter);
  const isCommand = (/** @type {string} */ name) =>
    folders.some((folder) => folder !== '' && existsSync(join(folder, name)));
  const isHeader = (/** @type {string} */ name) =>
    HEADER_FOLDERS.some((folder) => existsSync(join(folder, name)));
  return [
    ...COMMANDS.filter((name) => !isCommand(name)),
    ...HEADERS.filter((name) => !isHeader(name)),
  ];
}

/** @param {string} program */
function runs(program) {
  return spawnSync(program, ['--help'], { stdio: 'ignore' }).status === 0;
}
