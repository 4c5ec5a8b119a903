/** `bpfledger executor`: applies a host's log to the kernel that runs here. */

import { hostname } from 'node:os';
import { type RestClient, restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import type { ProgType } from '../domain/prog-type.ts';
import { progTypeInput } from '../events/schema/object-types.ts';
import { CGROUP_PROG_TYPES } from '../executor/confinement/program-walls.ts';
import { check } from '../executor/follow/check.ts';
import { execute } from '../executor/follow/executor.ts';
import {
  type Holder,
  readPending,
  restLedger,
  restLedgerReader,
} from '../executor/ledger/rest-ledger.ts';
import { openPlace, takePlace } from '../executor/place/place.ts';
import { bindKernel } from '../native/syscall.ts';
import { appliedCalls } from './applied-calls.ts';
import { command, type Printer } from './command.ts';
import { differenceLines, repairLines, reportLines } from './executor-text.ts';
import { EXIT, type ExitCode, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

export const executor = command({
  usage: 'HOST --cgroup-root DIR --bpffs DIR [options]',
  about:
    'Follows the log of a host, makes each of its calls on the kernel that runs here, as root, and\n' +
    'reports what the kernel answered. It stays below one cgroup and one bpffs directory. Pins in\n' +
    'DIR/held keep what it made, so you may stop, kill and restart it. It never removes an entry\n' +
    'that it did not make. The exit code of --check is 1 when the kernel differs from the log.',
  flags: {
    'cgroup-root': { value: 'DIR', about: "the cgroup directory that is / of the log's tree" },
    bpffs: { value: 'DIR', about: 'a directory of a bpffs, for pins' },
    name: { value: 'NAME', about: 'who takes the lease (default: this machine and the cgroup)' },
    'allow-prog-type': {
      value: 'TYPE,…',
      about: 'load programs of these types too (default: those that attach to cgroups)',
    },
    ephemeral: { about: 'keep no pins: what it made ends when it stops' },
    repair: { about: 'put back what others detached, removed or replaced, and record it' },
    check: { about: 'compare the log with the kernel once, and change nothing' },
    'dry-run': { about: 'print the calls that it would make, and make none' },
    'allow-root-cgroup': { about: 'the cgroup may be the root of the whole machine' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: 'one JSON object a line: reports and differences' },
  },
  example:
    'sudo /opt/bpfledger/dist/cli/bpfledger.js executor web1 --cgroup-root /sys/fs/cgroup/web --bpffs /sys/fs/bpf/web',
  async run({ flags, words, print }) {
    const [host, ...extra] = words;
    if (host === undefined || extra.length > 0) throw new UsageError('name one HOST');
    const client = restClient(serviceFrom(flags));
    if (flags['dry-run'] === true) return dryRun(client, host, print);
    const { 'cgroup-root': cgroupRoot, bpffs, json } = flags;
    if (cgroupRoot === undefined || bpffs === undefined) {
      throw new UsageError('the executor needs --cgroup-root DIR and --bpffs DIR');
    }
    const kernel = await bindKernel();
    const allowRoot = flags['allow-root-cgroup'] === true;
    const place = openPlace(kernel, { cgroupRoot, bpffs, allowRoot });
    const printAll = (lines: readonly string[]) => {
      for (const line of lines) print.out(line);
    };
    if (flags.check === true) {
      const ledger = restLedgerReader(client, host);
      const { position, standing } = await check({ kernel, place, ledger });
      printAll(differenceLines(standing, json));
      print.out(`${countText(standing.length, 'difference')} at position ${position}`);
      return standing.length === 0 ? EXIT.done : EXIT.differs;
    }
    const ephemeral = flags.ephemeral === true;
    const repair = flags.repair === true;
    if (repair && ephemeral)
      throw new UsageError('--repair needs pins, and --ephemeral keeps none');
    const holder: Holder = {
      executor: flags.name ?? `${hostname()}:${place.top.path}`,
      instance: takePlace(kernel, place),
      cgroupRoot: place.top.path,
      bpffs: place.bpffs.path,
      ephemeral,
    };
    const applied = appliedCalls(print.err);
    const where = `${place.top.path} and ${place.bpffs.path}`;
    const following = execute({
      kernel,
      place,
      ledger: restLedger(client, host, holder),
      progTypes: progTypesFrom(flags['allow-prog-type']),
      ephemeral,
      repair,
      signal: stopSignal(print),
      onStart: (position) =>
        print.err(`applies the log of ${host} after position ${position} to ${where}`),
      onReport: ({ call }, report) => {
        printAll(reportLines(call.name, report, json));
        if (report.how !== 'withheld') applied.add(report.position);
      },
      onStanding: (standing) => printAll(differenceLines(standing, json)),
      onRepair: (repairs) => printAll(repairLines(repairs, json)),
    });
    // The stream that was followed is still open, and an answer may never come: no end waits for them.
    const code = await following.then(
      () => EXIT.done,
      (error: unknown) => {
        applied.flush();
        print.err(`bpfledger: ${sentenceOf(error)}`);
        return EXIT.failed;
      },
    );
    applied.flush();
    process.exit(code);
  },
});

/** Milliseconds that an executor takes to end; the pins keep what it made, however it does. */
const END_MS_MAX = 10_000;

/** Aborts on SIGINT and SIGTERM; the process ends a moment later, whatever it waits for then. */
function stopSignal(print: Printer): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    print.err('bpfledger: ended while a call was under way');
    process.exit(EXIT.failed);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop.abort();
      setTimeout(end, END_MS_MAX).unref();
    });
  }
  return stop.signal;
}

/** The types of cgroup programs, and those that were named. Throws `UsageError`. */
function progTypesFrom(named = ''): readonly ProgType[] {
  const types = named === '' ? [] : named.split(',');
  const more = types.map((type) => {
    const { data } = progTypeInput.safeParse(type);
    if (data === undefined) throw new UsageError(`--allow-prog-type ${type} is not a program type`);
    return data;
  });
  return [...CGROUP_PROG_TYPES, ...more];
}

async function dryRun(client: RestClient, host: string, print: Printer): Promise<ExitCode> {
  let calls = 0;
  for await (const { position, pid, call } of readPending(client, host)) {
    const { name, ...args } = call;
    print.out(`${position} pid ${pid}: ${name} ${JSON.stringify(args)}`);
    calls++;
  }
  print.out(`${countText(calls, 'call')} would be made`);
  return EXIT.done;
}
