/** `bpfledger executor`: applies a host's log to the kernel that runs here. */

import { hostname, release } from 'node:os';
import { hostPath } from '../client/host-path.ts';
import { type RestClient, restClient, ServiceRefusal } from '../client/rest-client.ts';
import type { ProgType } from '../domain/prog-type.ts';
import { progTypeInput } from '../events/schema/object-types.ts';
import { applicable } from '../executor/follow/applicable.ts';
import { check } from '../executor/follow/check.ts';
import { execute } from '../executor/follow/executor.ts';
import type { Difference, Ledger, LoggedEvent, Repair } from '../executor/follow/ledger.ts';
import { openPlace, type Place, takePlace } from '../executor/follow/place.ts';
import { CGROUP_PROG_TYPES } from '../executor/follow/program-walls.ts';
import { bindKernel } from '../executor/kernel/syscall.ts';
import { command, type Printer } from './command.ts';
import type { WireEvent } from './event-text.ts';
import { EXIT, type ExitCode, sentenceOf, UsageError } from './exit-code.ts';
import { followEvents } from './follow-events.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';

export const executor = command({
  usage: 'HOST --cgroup-root DIR --bpffs DIR [options]',
  about:
    'Follows the log of a host and makes each of its calls on the kernel that runs here, as root,\n' +
    'below one cgroup and one bpffs directory, and reports what the kernel answered. What it made\n' +
    'is held by pins in DIR/held, so it may be stopped, killed and started again. It never ends\n' +
    'an entry that it did not make. The exit code of --check is 1 when the kernel differs.',
  flags: {
    'cgroup-root': { value: 'DIR', about: "the cgroup directory that is / of the log's tree" },
    bpffs: { value: 'DIR', about: 'a directory of a bpffs, for pins' },
    name: { value: 'NAME', about: 'who takes the lease (default: this machine and the cgroup)' },
    'allow-prog-type': {
      value: 'TYPE,…',
      about: 'load programs of these types too (default: those that attach to cgroups)',
    },
    ephemeral: { about: 'keep no pins: when it stops, everything that it made goes' },
    repair: { about: 'put back what others detached, removed or replaced, and record it' },
    check: { about: 'compare once what was applied with the kernel, change nothing' },
    'dry-run': { about: 'print the calls that are still to be made, and make none' },
    'allow-root-cgroup': { about: 'the cgroup may be the root of the whole machine' },
    url: URL_FLAG,
    token: TOKEN_FLAG,
    json: { about: 'one JSON object a line: reports and differences' },
  },
  example:
    'sudo /opt/bpfledger/dist/cli/bpfledger.js executor web1 --cgroup-root /sys/fs/cgroup/web --bpffs /sys/fs/bpf/web',
  async run({ flags, words, print }) {
    const [host, ...extra] = words;
    if (host === undefined || extra.length > 0) throw new UsageError('name one HOST');
    const client = restClient(serviceFrom(flags));
    const reader = ledgerOf(client, host);
    if (flags['dry-run'] === true) return dryRun(client, host, print);
    const { 'cgroup-root': cgroupRoot, bpffs } = flags;
    if (cgroupRoot === undefined || bpffs === undefined) {
      throw new UsageError('the executor needs --cgroup-root DIR and --bpffs DIR');
    }
    const kernel = await bindKernel();
    const allowRoot = flags['allow-root-cgroup'] === true;
    const place = openPlace(kernel, { cgroupRoot, bpffs, allowRoot });
    if (flags.check === true) {
      const { position, standing } = await check({ kernel, place, ledger: reader });
      tellStanding(standing, flags.json, print);
      print.out(`${standing.length} differences at position ${position}`);
      return standing.length === 0 ? EXIT.done : EXIT.differs;
    }
    const ephemeral = flags.ephemeral === true;
    const repair = flags.repair === true;
    if (repair && ephemeral) throw new UsageError('--repair needs the pins that --ephemeral lacks');
    const executor = flags.name ?? `${hostname()}:${place.top.path}`;
    const holder = { executor, instance: takePlace(kernel, place), place, ephemeral };
    const following = execute({
      kernel,
      place,
      ledger: { ...reader, ...leased(client, host, holder) },
      progTypes: progTypesFrom(flags['allow-prog-type']),
      ephemeral,
      repair,
      signal: stopSignal(print),
      onReport: ({ call }, report) => {
        if (flags.json) print.out(JSON.stringify(report));
        else if (report.how !== 'performed') {
          print.out(`${report.position} ${call.name}: ${report.how}: ${report.note ?? ''}`);
        }
      },
      onStanding: (standing) => tellStanding(standing, flags.json, print),
      onRepair: (repairs) => tellRepairs(repairs, flags.json, print),
    });
    // The stream that was followed is still open, and an answer may never come: no end waits for them.
    const code = await following.then(
      () => EXIT.done,
      (error: unknown) => {
        print.err(`bpfledger: ${sentenceOf(error)}`);
        return EXIT.failed;
      },
    );
    process.exit(code);
  },
});

/** The status of a position after the head, and of a host that is gone. */
const NOT_FOUND = 404;

/** Milliseconds that an executor takes to end; the pins keep what it made, however it does. */
const END_MS_MAX = 10_000;

/** Aborts on SIGINT and SIGTERM; the process ends a moment later, whatever it waits for then. */
function stopSignal(print: Printer): AbortSignal {
  const stop = new AbortController();
  const end = () => {
    print.err('bpfledger: stopped in the middle of a call');
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
    if (data === undefined) throw new UsageError(`--allow-prog-type ${type} is no program type`);
    return data;
  });
  return [...CGROUP_PROG_TYPES, ...more];
}

type Reader = Omit<Ledger, 'lease' | 'report'>;

/** The log, read; the lease and the reports are refused until there is one. */
function ledgerOf(client: RestClient, host: string): Ledger {
  const path = hostPath(host);
  const noLease = () => Promise.reject(new Error('no lease was taken'));
  const reader: Reader = {
    async bootPosition() {
      const { boots } = await client.get<{ boots: { position_from: number }[] }>(path);
      return boots.at(-1)?.position_from ?? 1;
    },
    async reported() {
      const at = await client.get<{ reported_position: number }>(`${path}/executor`);
      return at.reported_position;
    },
    follow: (after) => logged(followEvents(client, { path: `${path}/events/stream`, after })),
  };
  return { ...reader, lease: noLease, report: noLease };
}

/** Events as the log has them: the sentence of a refusal is for people and no part of it. */
async function* logged(events: AsyncIterable<WireEvent>): AsyncGenerator<LoggedEvent> {
  for await (const event of events) {
    const { message: _, ...outcome } = event.outcome;
    yield applicable({ ...event, outcome });
  }
}

/** Who takes the lease, and where it works. */
interface Holder {
  readonly executor: string;
  readonly instance: string;
  readonly place: Place;
  readonly ephemeral: boolean;
}

function leased(
  client: RestClient,
  host: string,
  { executor, instance, place, ephemeral }: Holder,
): Pick<Ledger, 'lease' | 'report'> {
  const path = `${hostPath(host)}/executor`;
  let lease = '';
  return {
    async lease() {
      const { top, bpffs } = place;
      const at = { kernel: release(), cgroup_root: top.path, bpffs: bpffs.path, ephemeral };
      const taken = await client.post<{ lease: string; reported_position: number }>(
        `${path}/lease`,
        { executor, instance, place: at },
      );
      lease = taken.lease;
      return taken.reported_position;
    },
    async report(reports, more = {}) {
      await client.post(`${path}/reports`, { lease, reports, ...more }).catch(notTheLog);
    },
  };
}

/** A log that does not reach what was applied went back; the stream may say so only later. */
function notTheLog(error: unknown): never {
  if (!(error instanceof ServiceRefusal) || error.status !== NOT_FOUND) throw error;
  const message =
    'the log is not the one that was followed: what was applied is not in it any more';
  throw new Error(message, { cause: error });
}

async function dryRun(client: RestClient, host: string, print: Printer): Promise<ExitCode> {
  const path = hostPath(host);
  const { head, reported_position } = await client.get<{
    head: number;
    reported_position: number;
  }>(`${path}/executor`);
  const events = followEvents(client, { path: `${path}/events/stream`, after: reported_position });
  for (let at = reported_position; at < head; ) {
    const { value } = await events.next();
    if (value === undefined) break;
    at = value.position;
    const { name, ...args } = value.call;
    print.out(`${at} pid ${value.pid}: ${name} ${JSON.stringify(args)}`);
  }
  print.out(`${head - reported_position} calls would be made`);
  process.exit(EXIT.done);
}

function tellStanding(
  standing: readonly Difference[],
  json: true | undefined,
  print: Printer,
): void {
  if (json) print.out(JSON.stringify({ standing }));
  else
    for (const { what, where, log, kernel } of standing) {
      print.out(
        `differs: ${what} ${where}: log ${log || 'nothing'}, kernel ${kernel || 'nothing'}`,
      );
    }
}

function tellRepairs(repairs: readonly Repair[], json: true | undefined, print: Printer): void {
  if (json) print.out(JSON.stringify({ repairs }));
  else for (const { where, did } of repairs) print.out(`repaired: ${where}: ${did}`);
}
