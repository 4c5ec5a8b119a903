/** `bpfledger cgroups`: the tree, with what is attached to each cgroup and what runs on it. */
import { restClient } from '../client/rest-client.ts';
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { programNamer } from './program-names.ts';
import { AT_FLAG, oneHost, questionPath } from './question.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { type Room, roomOf, WIDE_FLAG } from './table.ts';

export const cgroups = command({
  usage: 'HOST [options]',
  about:
    'Prints the cgroup tree of a host. For each cgroup and attach type it shows the attached\n' +
    'entries in order, and the effective programs in the order in which they run.',
  flags: {
    path: { value: 'PATH', about: 'only this cgroup and those below it' },
    at: AT_FLAG,
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: "the cgroups as the API's JSON, one a line" },
    wide: WIDE_FLAG,
  },
  example: 'npx bpfledger cgroups demo --path /system.slice',
  async run({ flags, words, print }) {
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, oneHost('cgroups', words));
    const { state } = await client.get<CgroupsState>(
      questionPath({ host, resource: 'state', query: { at: flags.at } }),
    );
    const top = flags.path ?? '/';
    const shown = state.cgroups.filter(({ path }) => isAtOrBelow(path, top)).sort(byPath);
    if (shown.length === 0) throw new Error(`host ${host} has no cgroup ${top}`);
    const room = roomOf(print, flags.wide);
    const attached = new Set(
      state.cgroups.flatMap(({ attached: lists }) =>
        lists.flatMap(({ entries }) => entries.map(({ prog_id }) => prog_id)),
      ),
    );
    // One that is attached nowhere is not taken for another of its name.
    const nameOf = programNamer(
      state.programs.filter(({ prog_id }) => attached.has(prog_id)),
      room,
    );
    for (const cgroup of shown) {
      if (flags.json) print.out(JSON.stringify(cgroup));
      else for (const line of cgroupLines(cgroup, { nameOf, room })) print.out(line);
    }
    return EXIT.done;
  },
});

interface CgroupsState {
  readonly state: {
    readonly cgroups: readonly Cgroup[];
    readonly programs: readonly { readonly prog_id: number; readonly prog_name: string }[];
  };
}

interface Cgroup {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attached: readonly {
    readonly attach_type: string;
    readonly mode: string;
    readonly revision: number;
    readonly entries: readonly Holder[];
  }[];
  readonly effective: readonly {
    readonly attach_type: string;
    readonly slots: readonly Holder[];
  }[];
}

interface Holder {
  readonly prog_id: number;
  readonly link_id?: number;
  readonly preorder?: true;
}

interface Drawing {
  readonly nameOf: (program: number) => string;
  readonly room: Room;
}

function isAtOrBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top === '/' ? '/' : `${top}/`);
}

/** Sorts a cgroup before those below it, and keeps a subtree together. */
function byPath(a: Cgroup, b: Cgroup): number {
  const [left, right] = [a.path.split('/').join('\0'), b.path.split('/').join('\0')];
  return left < right ? -1 : 1;
}

function cgroupLines({ cgroup_id, path, attached, effective }: Cgroup, look: Drawing): string[] {
  const isWhole = look.room === undefined;
  const lists = attached
    .filter(({ entries }) => entries.length > 0)
    .map(({ attach_type, mode, revision, entries }) => {
      const how = isWhole ? `${mode}, revision ${revision}` : mode;
      return `    attached  ${attach_type} (${how}): ${holdersText(entries, look)}`;
    });
  const arrays = effective.map(
    ({ attach_type, slots }) => `    effective ${attach_type}: ${holdersText(slots, look)}`,
  );
  return [isWhole ? `${path}  (cgroup ${cgroup_id})` : path, ...lists, ...arrays];
}

function holdersText(holders: readonly Holder[], { nameOf }: Drawing): string {
  const texts = holders.map(({ prog_id, link_id, preorder }) => {
    const link = link_id === undefined ? '' : ` by link ${link_id}`;
    return `${nameOf(prog_id)}${link}${preorder ? ' preorder' : ''}`;
  });
  return texts.join(', ');
}
