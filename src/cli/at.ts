/** `bpfledger at`: the position of a moment, and the state then, in short. */
import { restClient } from '../client/rest-client.ts';
import { command } from './command.ts';
import { eventLines, type WireEvent } from './event-text.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { questionPath, SERVICE_FLAGS, spareLine } from './question.ts';
import { serviceFrom } from './service-flags.ts';
import { parseSpokenMoment, SPOKEN_FORMS } from './spoken-moment.ts';

/** The word for the last position. */
const HEAD = 'head';

export const at = command({
  usage: 'HOST MOMENT [options]',
  about:
    'Prints the position of a moment, the event there, and the state after it: boot, cgroups,\n' +
    'programs, links with their holders, pins and processes. MOMENT is a position, head, an\n' +
    'RFC 3339 time, the end of a boot (boot:2), or a time of the clock of this terminal:\n' +
    `${SPOKEN_FORMS}. --json prints the whole state.`,
  flags: {
    at: { value: 'MOMENT', about: 'the MOMENT, in place of the second word' },
    ...SERVICE_FLAGS,
  },
  example: 'npx bpfledger at demo 20',
  async run({ flags, words, print }) {
    const [named, word, extra] = words;
    if (word !== undefined && flags.at !== undefined) {
      throw new UsageError(`at takes one MOMENT, not ${word} and --at ${flags.at}`);
    }
    const moment =
      flags.at ?? (word === HEAD ? undefined : word && parseSpokenMoment(word, new Date()));
    const isGiven = moment !== undefined || word === HEAD;
    if (named === undefined || !isGiven || extra !== undefined) {
      throw new UsageError('at needs a HOST and a MOMENT, such as at demo 20');
    }
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, named);
    const question = { host, resource: 'state', query: { at: moment } };
    const answer = await client.get<StateWithPosition>(questionPath(question));
    if (flags.json) {
      print.out(JSON.stringify(answer));
      return EXIT.done;
    }
    const { position } = answer;
    const event = { host, resource: `events/${position}`, query: {} };
    for (const line of eventLines(await client.get<WireEvent>(questionPath(event)))) {
      print.out(spareLine(line, { flags, print }));
    }
    for (const line of worldLines(answer.state)) print.out(line);
    return EXIT.done;
  },
});

interface StateWithPosition {
  readonly position: number;
  readonly state: StateAtMoment;
}

interface StateAtMoment {
  readonly boot: { readonly number: number; readonly release: string };
  readonly cgroups: readonly { readonly cgroup_id: number; readonly path: string }[];
  readonly programs: readonly { readonly prog_id: number; readonly prog_name: string }[];
  readonly links: readonly {
    readonly link_id: number;
    readonly prog_id: number;
    readonly cgroup_id: number;
    readonly attach_type: string | number;
    readonly held_by: {
      readonly fds: readonly { readonly pid: number; readonly fd: number }[];
      readonly pins: readonly string[];
    };
  }[];
  readonly bpffs: readonly { path: string; kind: string; object_id: number }[];
  readonly processes: readonly { readonly pid: number; readonly comm: string }[];
}

function worldLines({ boot, cgroups, programs, links, bpffs, processes }: StateAtMoment): string[] {
  const paths = new Map(cgroups.map(({ cgroup_id, path }) => [cgroup_id, path]));
  const pins = bpffs.filter(({ kind }) => kind !== 'dir' && kind !== 'symlink');
  return [
    '',
    `boot ${boot.number}, kernel ${boot.release}`,
    listLine(
      'cgroups',
      cgroups.map(({ cgroup_id, path }) => `${path} (${cgroup_id})`),
    ),
    listLine(
      'programs',
      programs.map(({ prog_id, prog_name }) => `${prog_id} ${prog_name}`.trim()),
    ),
    `links: ${links.length}`,
    ...links.map(({ link_id, prog_id, cgroup_id, attach_type, held_by }) => {
      const where = cgroup_id === 0 ? 'on no cgroup' : `on ${paths.get(cgroup_id)}`;
      const fds = held_by.fds.map(({ pid, fd }) => `fd ${fd} of ${pid}`);
      const holders = [...fds, ...held_by.pins].join(', ') || 'nobody';
      return `  ${link_id} ${where} for ${attach_type}, program ${prog_id}, held by ${holders}`;
    }),
    listLine(
      'pins',
      pins.map(({ path, kind, object_id }) => `${path} (${kind} ${object_id})`),
    ),
    listLine(
      'processes',
      processes.map(({ pid, comm }) => `${comm}[${pid}]`),
    ),
  ];
}

/** Things of one kind that are shown at most. */
const SHOWN_MAX = 50;

function listLine(what: string, items: readonly string[]): string {
  const more = items.length > SHOWN_MAX ? `, and ${items.length - SHOWN_MAX} more` : '';
  const shown = items.slice(0, SHOWN_MAX).join(', ');
  return `${what}: ${items.length}${shown === '' ? '' : `: ${shown}`}${more}`;
}
