// What a test may need from the machine: a PostgreSQL server, the programs to start further ones,
// PgBouncer, a registry of packages, another clock, leave to mount a file system, a kernel it may change, a browser,
// strace with what it is pointed at, other collectors and what turns their events into observations.
// A missing need skips the test and says so; with BPFLEDGER_FORBID_SKIPS=1 it fails instead, so that
// a green run that skipped everything cannot be mistaken for a proof.
//
//   const kernel = needs('kernel');
//   describe.skipIf(!kernel.ok)('the executor on a real kernel', () => { ... });

import { execFileSync, spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { COMMAND, root } from './command.ts';
import { findPgbouncer } from './pgbouncer.ts';
import { findPostgres } from './postgres.ts';

type What =
  | 'postgresql'
  | 'postgresql-programs'
  | 'pgbouncer'
  | 'registry'
  | 'mounts'
  | 'proc'
  | 'kernel'
  | 'chromium'
  | 'strace'
  | 'listener'
  | 'go'
  | 'systemd'
  | 'collector'
  | 'bpftrace'
  | 'jq'
  | 'faketime';

interface Need {
  readonly ok: boolean;
  /** Empty when the need is met. */
  readonly reason: string;
}

const met: Need = { ok: true, reason: '' };
const missing = (reason: string): Need => ({ ok: false, reason });

export function needs(what: What): Need {
  const need = probe(what);
  if (need.ok) return need;
  if (process.env.BPFLEDGER_FORBID_SKIPS === '1') {
    throw new Error(`${what} is needed and skips are forbidden: ${need.reason}`);
  }
  console.log(`SKIPPED: ${what}: ${need.reason}`);
  return need;
}

/** Whether a need is met; says nothing and fails nowhere. */
export function isThere(what: What): boolean {
  return probe(what).ok;
}

function probe(what: What): Need {
  switch (what) {
    case 'postgresql':
      return postgresql();
    case 'postgresql-programs':
      return findPostgres() === undefined ? missing('no server is installed') : met;
    case 'pgbouncer':
      return findPgbouncer() === undefined ? missing('it is not installed') : met;
    case 'registry':
      return registry();
    case 'mounts':
      return mounts();
    case 'proc':
      return existsSync('/proc/self') ? met : missing('there is no /proc');
    case 'kernel':
      return kernel();
    case 'chromium':
      return chromium();
    case 'strace':
      return strace();
    case 'listener':
      return listener();
    case 'systemd':
      return existsSync('/lib/systemd/systemd') ? met : missing('systemd is not installed');
    case 'go':
      return go();
    case 'collector':
      return collector();
    case 'bpftrace':
    case 'jq':
      return needProgram(what);
    case 'faketime':
      return findFaketime() === undefined ? missing('libfaketime is not installed') : met;
    default:
      return what satisfies never;
  }
}

function postgresql(): Need {
  if (process.env.BPFLEDGER_TEST_DATABASE_URL || findPostgres() !== undefined) return met;
  return missing('no server is installed and BPFLEDGER_TEST_DATABASE_URL is not set');
}

function kernel(): Need {
  if (process.platform !== 'linux') return missing('it is not Linux');
  if (process.getuid?.() !== 0) return missing('it takes root');
  if (!hasSysAdmin()) return missing('root lacks CAP_SYS_ADMIN here');
  if (!/\tbpf$/m.test(readFileSync('/proc/filesystems', 'utf8'))) return missing('no bpffs');
  const mount = cgroup2Mount();
  if (mount === undefined) return missing('no cgroup2 is mounted');
  try {
    rmdirSync(mkdtempSync(join(mount, 'bpfledger-probe-')));
    return met;
  } catch (error) {
    return missing(`no cgroup can be made: ${String(error)}`);
  }
}

/** Whether programs can be run under a seccomp listener, and there is a compiler to make them. */
function listener(): Need {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (!folders.some((path) => isExecutable(join(path, 'gcc')))) return missing('there is no gcc');
  const [node, ...words] = COMMAND;
  const run = spawnSync(node, [...words, 'run', '--quiet', '--', 'true'], { cwd: root });
  return run.status === 0 ? met : missing(String(run.stderr).trim());
}

/** Whether npm can install packages. */
function registry(): Need {
  try {
    const asked = ['view', 'postgres', 'name', '--fetch-retries=0'];
    execFileSync('npm', asked, { stdio: 'ignore', timeout: 20_000 });
    return met;
  } catch {
    return missing('npm reaches no registry');
  }
}

/** Whether a file system may be mounted. */
function mounts(): Need {
  if (process.platform !== 'linux') return missing('it is not Linux');
  if (process.getuid?.() !== 0) return missing('it takes root');
  return hasSysAdmin() ? met : missing('root lacks CAP_SYS_ADMIN here');
}

function hasSysAdmin(): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return capabilities?.[1] !== undefined && ((BigInt(`0x${capabilities[1]}`) >> 21n) & 1n) === 1n;
}

/** Where cgroup2 is mounted: the whole hierarchy, or beside the first version. */
export function cgroup2Mount(): string | undefined {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1];
}

function chromium(): Need {
  return findChromium() === undefined ? missing('no chromium on the PATH') : met;
}

/** strace, and what the recorded story takes: bpftool, compilers for both sides, libbpf. */
function strace(): Need {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const tools = ['strace', 'bpftool', 'clang', 'cc'];
  const lacking = tools.filter((tool) => !folders.some((path) => isExecutable(join(path, tool))));
  if (!existsSync('/usr/include/bpf/libbpf.h')) lacking.push('libbpf-dev');
  return lacking.length === 0 ? met : missing(`not installed: ${lacking.join(', ')}`);
}

function needProgram(program: string): Need {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const there = folders.some((path) => isExecutable(join(path, program)));
  return there ? met : missing(`${program} is not installed`);
}

/** A compiler of Go, and cilium/ebpf where Debian puts it. */
function go(): Need {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (!folders.some((path) => isExecutable(join(path, 'go'))))
    return missing('go is not installed');
  const there = existsSync('/usr/share/gocode/src/github.com/cilium/ebpf');
  return there ? met : missing('golang-github-cilium-ebpf-dev is not installed');
}

/** What `make -C collector` takes. */
function collector(): Need {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const tools = ['clang', 'make', 'cc', 'bpftool'];
  const lacking = tools.filter((tool) => !folders.some((path) => isExecutable(join(path, tool))));
  const headers = {
    'bpf/libbpf.h': 'libbpf-dev',
    'libelf.h': 'libelf-dev',
    'zlib.h': 'zlib1g-dev',
  };
  for (const [header, name] of Object.entries(headers)) {
    if (!existsSync(join('/usr/include', header))) lacking.push(name);
  }
  return lacking.length === 0 ? met : missing(`not installed: ${lacking.join(', ')}`);
}

/** The library that gives a process another clock; Debian has a folder for each architecture. */
export function findFaketime(): string | undefined {
  return readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
    .find((path) => existsSync(path));
}

export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path) && isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
