/** `bpfledger observe`: what a kernel really does becomes the log of a host. */

import { join } from 'node:path';
import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import { takeSnapshot } from '../executor/survey/snapshot.ts';
import { configurationOf } from '../main.ts';
import { bindKernel } from '../native/syscall.ts';
import { type Collector, startCollector } from '../recorders/observe/collector.ts';
import { observe as observeLines } from '../recorders/observe/observe.ts';
import { Spool, SpoolTaken } from '../recorders/observe/spool.ts';
import { type KernelSnapshot, THINGS } from '../recorders/snapshot/snapshot.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { collectorPath } from './observe/collector-path.ts';
import { observationTeller } from './observe/teller.ts';
import { voiceOf } from './run/voice.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

const MIB = 1024 * 1024;
const SPOOL_MIB = { default: 1024, least: 1, most: 1024 * 1024 } as const;

export const observe = command({
  usage: '--host NAME [options]',
  about:
    'Records what the kernel that runs here does with cgroup-BPF, as root, until it is stopped:\n' +
    'every bpf(2), and every close, dup, fork, exec, exit, cgroup and pin that matters to it. The\n' +
    'host is created if it is not there; what was there before becomes the beginning of its log\n' +
    '(see adopt). Lines wait in a spool on disk while the service is away, also across restarts.\n' +
    'The collector is in the package for the architecture that it was built on; for others,\n' +
    'make -C collector builds it, with clang, bpftool and libbpf-dev.',
  flags: {
    host: { value: 'NAME', about: 'the host' },
    collector: { value: 'PATH', about: 'the collector (default: that of the package)' },
    'collector-stdin': { about: 'read the lines of a collector from stdin, and read no kernel' },
    spool: { value: 'DIR', about: 'where lines wait (default: spool/NAME in the data folder)' },
    'spool-mib': { value: 'N', about: `MiB that may wait there (${SPOOL_MIB.default})` },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
  },
  example: 'sudo /opt/bpfledger/dist/cli/bpfledger.js observe --host web1',
  outlivesReader: true,
  async run({ flags, words, print }) {
    const { host } = flags;
    const isStdin = flags['collector-stdin'] === true || words.join() === '-';
    if (host === undefined || (words.length > 0 && words.join() !== '-')) {
      throw new UsageError('name the host: --host web1');
    }
    if (isStdin && flags.collector !== undefined) {
      throw new UsageError('--collector and --collector-stdin exclude each other');
    }
    const client = restClient(serviceFrom(flags));
    const kernel = isStdin ? undefined : await bindKernel();
    const path = isStdin ? undefined : collectorPath(flags.collector);
    const spool = await openSpool(host, flags);
    const collector = path === undefined ? undefined : startCollector(path);
    const isStopped = stopOnSignal(collector);
    const survey = (): KernelSnapshot => ({ ...takeSnapshot(kernel as never), covers: THINGS });
    const done = await observeLines({
      client,
      host,
      spool,
      bytes: collector?.stdout ?? process.stdin,
      ...(kernel !== undefined && { survey }),
      told: observationTeller(host, voiceOf(print, undefined)),
    });
    const lines = done.waiting === 0 ? 0 : await spool.countLines();
    await spool.close();
    const { taken, recorded, refused, dropped, waiting } = done;
    print.err(
      `${countText(taken, 'line')} taken, ${recorded} recorded, ${refused} refused, ${dropped} dropped; ` +
        `${countText(waiting, 'byte waits', 'bytes wait')} in the spool`,
    );
    if (lines > 0) {
      const wait = countText(lines, 'line waits', 'lines wait');
      print.err(`${wait} in ${spool.folder}; the next start sends ${lines === 1 ? 'it' : 'them'}`);
    }
    const isDone = collector === undefined || isStopped();
    if (!isDone) print.err(`bpfledger: the collector ended ${(await collector.ended).how}`);
    // A request that the service does not answer may be under way: no end waits for it.
    process.exit(isDone ? EXIT.done : EXIT.failed);
  },
});

async function openSpool(
  host: string,
  flags: { readonly spool: string | undefined; readonly 'spool-mib': string | undefined },
): Promise<Spool> {
  const mib = Number(flags['spool-mib'] ?? SPOOL_MIB.default);
  if (!Number.isInteger(mib) || mib < SPOOL_MIB.least || mib > SPOOL_MIB.most) {
    throw new UsageError(
      `--spool-mib ${flags['spool-mib']} is not a whole number from ${SPOOL_MIB.least} to ${SPOOL_MIB.most}`,
    );
  }
  const folder = flags.spool ?? join(configurationOf(process.env).dataDir, 'spool', host);
  return Spool.open(folder, mib * MIB).catch((error: unknown) => {
    throw error instanceof SpoolTaken ? new UsageError(error.message) : error;
  });
}

/** A signal ends the collector; what it saw until then is still taken. */
function stopOnSignal(collector: Collector | undefined): () => boolean {
  let stopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopped = true;
      collector?.stop();
      if (collector === undefined) process.stdin.destroy();
    });
  }
  return () => stopped;
}
