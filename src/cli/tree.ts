/** `bpfledger tree`: what is attached in the cgroup tree, in the manner of `bpftool cgroup tree`. */
import { restClient } from '../client/rest-client.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { AT_FLAG, oneHost, questionPath, SERVICE_FLAGS } from './question.ts';
import { serviceFrom } from './service-flags.ts';

export const tree = command({
  usage: 'HOST [options]',
  about:
    'Prints the programs attached to each cgroup at a moment, as bpftool cgroup tree does. Leaves\n' +
    'out cgroups without programs.',
  flags: {
    at: AT_FLAG,
    under: { value: 'PATH', about: 'only this cgroup and those below it' },
    effective: { about: 'show what runs on each cgroup, not what is attached to it' },
    format: {
      value: 'FORMAT',
      about: 'bpftool: the JSON of bpftool -j cgroup tree, byte for byte',
    },
    'cgroup-root': { value: 'DIR', about: 'for --format: the directory to print before each path' },
    ...SERVICE_FLAGS,
  },
  example: 'npx bpfledger tree demo --at 20',
  async run({ flags, words, print }) {
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, oneHost('tree', words));
    if (flags.format !== undefined) {
      if (flags.format !== 'bpftool') throw new UsageError('--format takes bpftool only');
      const { at, under, 'cgroup-root': cgroup_root } = flags;
      const query = {
        format: 'bpftool',
        at,
        under,
        cgroup_root,
        effective: flags.effective && 'true',
      };
      const response = await client.open(questionPath({ host, resource: 'cgroups', query }));
      print.out((await response.text()).trimEnd());
      return EXIT.done;
    }
    if (flags['cgroup-root'] !== undefined)
      throw new UsageError('--cgroup-root goes with --format');
    const question = { host, resource: 'state', query: { at: flags.at } };
    const { state } = await client.get<TreeState>(questionPath(question));
    const names = new Map(state.programs.map(({ prog_id, prog_name }) => [prog_id, prog_name]));
    const under = flags.under ?? '/';
    const shown = state.cgroups
      .filter(({ path }) => path === under || path.startsWith(under === '/' ? '/' : `${under}/`))
      .map((cgroup) => ({ path: cgroup.path, rows: rowsOf(cgroup, names, flags.effective) }))
      .filter(({ rows }) => rows.length > 0)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    if (flags.json) {
      const told = shown.map(({ path, rows }) => ({ cgroup: path, programs: rows }));
      print.out(JSON.stringify(told));
      return EXIT.done;
    }
    print.out('CgroupPath');
    print.out(columns('ID', 'AttachType', 'AttachFlags', 'Name'));
    for (const { path, rows } of shown) {
      print.out(path);
      for (const row of rows) print.out(`    ${rowText(row)}`);
    }
    return EXIT.done;
  },
});

interface TreeEntry {
  readonly prog_id: number;
}

interface TreeState {
  readonly state: {
    readonly programs: readonly { readonly prog_id: number; readonly prog_name: string }[];
    readonly cgroups: readonly {
      readonly path: string;
      readonly attached: readonly {
        readonly attach_type: string | number;
        readonly mode: string;
        readonly entries: readonly TreeEntry[];
      }[];
      readonly effective: readonly {
        readonly attach_type: string | number;
        readonly slots: readonly TreeEntry[];
      }[];
    }[];
  };
}

/** A row, with the names of bpftool's JSON. */
interface TreeLine {
  readonly id: number;
  readonly attach_type: string | number;
  /** Effective programs have none. */
  readonly attach_flags?: string;
  readonly name: string;
}

function rowsOf(
  { attached, effective }: TreeState['state']['cgroups'][number],
  names: ReadonlyMap<number, string>,
  showsEffective: true | undefined,
): TreeLine[] {
  const row = ({ prog_id: id }: TreeEntry) => ({ id, name: names.get(id) ?? '' });
  if (showsEffective) {
    return effective.flatMap(({ attach_type, slots }) =>
      slots.map((slot) => ({ ...row(slot), attach_type })),
    );
  }
  return attached.flatMap(({ attach_type, mode, entries }) => {
    const attach_flags = mode === 'none' ? '' : mode;
    return entries.map((entry) => ({ ...row(entry), attach_type, attach_flags }));
  });
}

function rowText({ id, attach_type, attach_flags = '', name }: TreeLine): string {
  return columns(String(id), String(attach_type), attach_flags, name).trimEnd();
}

/** The widths of bpftool's columns. */
function columns(id: string, type: string, flags: string, name: string): string {
  return `${id.padEnd(8)} ${type.padEnd(15)} ${flags.padEnd(15)} ${name.padEnd(15)}`;
}
