/** `bpfledger adopt`: what a running kernel has becomes the beginning of a log, or is compared with it. */

import { readFileSync, statSync } from 'node:fs';
import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { takeSnapshot } from '../executor/survey/snapshot.ts';
import { bindKernel } from '../native/syscall.ts';
import {
  type Adoption,
  planAdoption,
  ReleaseMissing,
  adopt as record,
} from '../recorders/snapshot/adopt.ts';
import { bpftoolSnapshot } from '../recorders/snapshot/bpftool/bpftool-snapshot.ts';
import {
  type HostFile,
  HostFileError,
  readHostFiles,
} from '../recorders/snapshot/bpftool/host-files.ts';
import { type KernelSnapshot, THINGS } from '../recorders/snapshot/snapshot.ts';
import { command, type Printer } from './command.ts';
import { EXIT, type ExitCode, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { sightingText } from './sighting-text.ts';

/** Lines that are printed of what was found on a known host. */
const SHOWN_MAX = 200;
/** Bytes of a file of a host: 100,000 programs have about half of it. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;

export const adopt = command({
  usage: '--host NAME [options] [--from-bpftool FILE…]',
  about:
    'Reads what the kernel that runs here has, as root: cgroups with what is attached, programs,\n' +
    'links, maps, pins of every bpffs, and who holds them open. It becomes the beginning of the log\n' +
    'of a host, which is created if it is not there. On a host that has a log, records and prints\n' +
    'only what the log cannot explain; the exit code is then 1 when there is something. A host\n' +
    'whose machine has booted since boots in the log, too. The token needs the role admin when the\n' +
    'host is created or boots.\n' +
    'With --from-bpftool it reads no kernel, but files: what bpftool -j prints for prog show, map\n' +
    'show, link show and cgroup tree, and what find, uname -r and boot_id say (docs/observe.md).',
  flags: {
    host: { value: 'NAME', about: 'the host' },
    'from-bpftool': { about: 'the snapshot is in the files that are named' },
    at: { value: 'TIME', about: 'when they were written (default: when the newest one changed)' },
    'cgroup-mount': {
      value: 'DIR',
      about: 'where cgroup2 is mounted in them (default: as they say, else /sys/fs/cgroup)',
    },
    release: { value: 'R', about: 'its kernel, in place of what uname says' },
    'dry-run': { about: 'print the lines that it would post, and post none' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: 'the answer as JSON' },
  },
  example: 'sudo /opt/bpfledger/dist/cli/bpfledger.js adopt --host web1',
  async run({ flags, words, print }) {
    const { host, release } = flags;
    if (host === undefined) throw new UsageError('name the host: --host web1');
    const client = restClient(serviceFrom(flags));
    const taken = flags['from-bpftool']
      ? snapshotInFiles(words, flags, print)
      : await snapshotHere(words, flags);
    const snapshot = { ...taken, ...(release !== undefined && { release }) };
    if (flags['dry-run']) {
      const { lines } = await planAdoption(client, host, snapshot);
      for (const line of lines) print.out(JSON.stringify(line));
      return EXIT.done;
    }
    const adoption = await record(client, host, snapshot).catch((error: unknown) => {
      if (!(error instanceof ReleaseMissing)) throw error;
      throw new InputError(`${error.message}: add a file of what uname -r prints, or --release R`);
    });
    return tell(adoption, { host, json: flags.json, print });
  },
});

/** The flags that are about files. */
interface FileFlags {
  readonly at: string | undefined;
  readonly 'cgroup-mount': string | undefined;
}

async function snapshotHere(words: readonly string[], flags: FileFlags): Promise<KernelSnapshot> {
  const [word] = words;
  if (word !== undefined) throw new UsageError(`${word}: files go with --from-bpftool`);
  for (const flag of ['at', 'cgroup-mount'] as const) {
    if (flags[flag] !== undefined) throw new UsageError(`--${flag} goes with --from-bpftool`);
  }
  const kernel = await bindKernel();
  return { ...takeSnapshot(kernel), covers: THINGS };
}

function snapshotInFiles(
  paths: readonly string[],
  flags: FileFlags,
  print: Printer,
): KernelSnapshot {
  if (paths.length === 0) throw new UsageError('name the files: --from-bpftool web1/*');
  try {
    const files = paths.map(readHostFile);
    const newest = Math.max(...files.map(({ changed }) => changed));
    const at = flags.at ?? new Date(newest).toISOString();
    const told = bpftoolSnapshot(readHostFiles(files), { at, mount: flags['cgroup-mount'] });
    if (told.outside > 0) {
      const left = countText(told.outside, 'directory is', 'directories are');
      print.err(
        `${left} left out: no cgroup of cgroup2, which is mounted on ${told.mount} ` +
          '(--cgroup-mount names another place)',
      );
    }
    return told.snapshot;
  } catch (error) {
    throw error instanceof HostFileError ? new InputError(error.message) : error;
  }
}

function readHostFile(path: string): HostFile & { readonly changed: number } {
  try {
    const { size, mtimeMs } = statSync(path);
    if (size > FILE_BYTES_MAX) {
      throw new InputError(`${path} has ${size} bytes, more than ${FILE_BYTES_MAX}`);
    }
    return { name: path, text: readFileSync(path, 'utf8'), changed: mtimeMs };
  } catch (error) {
    throw error instanceof InputError ? error : new InputError(sentenceOf(error));
  }
}

function tell(
  { host: how, lines }: Adoption,
  {
    host,
    json,
    print,
  }: { readonly host: string; readonly json: true | undefined; readonly print: Printer },
): ExitCode {
  if (json) print.out(JSON.stringify({ host, is: how, lines }));
  else {
    const shown = how === 'known' ? lines.slice(0, SHOWN_MAX) : [];
    for (const line of shown) print.out(sightingText(line));
    if (shown.length < lines.length && how === 'known') {
      print.out(`and ${lines.length - shown.length} more (--json prints all)`);
    }
    print.out(sentence(how, host, lines.length));
  }
  return how === 'known' && lines.length > 0 ? EXIT.differs : EXIT.done;
}

function sentence(how: Adoption['host'], host: string, lines: number): string {
  switch (how) {
    case 'created':
      return `host ${host} is created: ${countText(lines, 'sighting')}`;
    case 'rebooted':
      return `host ${host} has booted since: ${countText(lines, 'sighting')}`;
    case 'known':
      return lines === 0
        ? `the log of ${host} has it all`
        : `${countText(lines, 'thing')} that the log of ${host} could not explain ${lines === 1 ? 'is' : 'are'} recorded`;
    default:
      return how satisfies never;
  }
}
