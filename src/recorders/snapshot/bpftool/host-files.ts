/**
 * What was written of a host that only bpftool can be run on: its JSON of programs, maps, links and
 * cgroups, and beside it a list of cgroups, the release and the boot. A file is known by what is in
 * it; only an empty list is known by its name.
 */
import { z } from 'zod';
import { attachTypeInput } from '../../../events/schema/attach-type.ts';
import { u32 } from '../../../events/schema/numbers.ts';
import { mapTypeInput, progTypeInput } from '../../../events/schema/object-types.ts';

/** A file, by the name that messages give it. */
export interface HostFile {
  readonly name: string;
  readonly text: string;
}

/** A file that is none of those, or that contradicts another one; the message says what to do. */
export class HostFileError extends Error {}

const id = u32.min(1);
const pinned = z.array(z.string()).exactOptional();

const prog = z.object({
  id,
  type: progTypeInput,
  name: z.string().exactOptional(),
  tag: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hexadecimal digits'),
  uid: u32.exactOptional(),
  map_ids: z.array(id).exactOptional(),
  pinned,
});

const map = z.object({
  id,
  type: mapTypeInput,
  name: z.string().exactOptional(),
  bytes_key: u32,
  bytes_value: u32,
  max_entries: u32,
  pinned,
});

/** Of a link on a cgroup; of others only id and type are looked at. */
const cgroupLink = z.object({
  id,
  type: z.union([z.literal('cgroup'), z.literal(3)]),
  prog_id: id,
  cgroup_id: z.int().min(0),
  attach_type: attachTypeInput,
  pinned,
});
const otherLink = z.object({ id, type: z.union([z.string(), z.int()]) });

const treeRow = z.object({
  cgroup: z.string().startsWith('/', 'must be a path'),
  programs: z.array(
    z.object({
      id,
      attach_type: attachTypeInput,
      attach_flags: z.enum(['', 'override', 'multi', 'allow_override', 'allow_multi']),
    }),
  ),
});

export type ProgRow = z.infer<typeof prog>;
export type MapRow = z.infer<typeof map>;
export type LinkRow = z.infer<typeof cgroupLink>;
export type TreeRow = z.infer<typeof treeRow>;

/** A cgroup's directory, and its inode number. */
export interface CgroupRow {
  readonly id: number;
  readonly directory: string;
}

/** What the files tell; what no file tells is absent. */
export interface ToldOfHost {
  readonly progs?: readonly ProgRow[];
  readonly maps?: readonly MapRow[];
  /** Those on cgroups. */
  readonly links?: readonly LinkRow[];
  readonly tree?: readonly TreeRow[];
  readonly cgroups?: readonly CgroupRow[];
  readonly release?: string;
  readonly boot_id?: string;
}

type HostFileKind = keyof ToldOfHost;

/** Lists cgroups with their ids. */
export const LIST_CGROUPS = "find /sys/fs/cgroup -type d -printf '%i %p\\n'";

/** What makes each, for messages. */
const MADE_BY: Readonly<Record<HostFileKind, string>> = {
  progs: 'bpftool -j prog show',
  maps: 'bpftool -j map show',
  links: 'bpftool -j link show',
  tree: 'bpftool -j cgroup tree',
  cgroups: LIST_CGROUPS,
  release: 'uname -r',
  boot_id: 'cat /proc/sys/kernel/random/boot_id',
};

/**
 * Reads the files of a host.
 *
 * @throws HostFileError that names the file and what is wrong
 */
export function readHostFiles(files: readonly HostFile[]): ToldOfHost {
  const told: Record<string, unknown> = {};
  const from = new Map<HostFileKind, string>();
  for (const file of files) {
    const [kind, value] = contentOf(file);
    const other = from.get(kind);
    if (other !== undefined) {
      throw new HostFileError(`${file.name} and ${other} are both of ${MADE_BY[kind]}: give one`);
    }
    from.set(kind, file.name);
    told[kind] = value;
  }
  return told as ToldOfHost;
}

function contentOf(file: HostFile): readonly [HostFileKind, unknown] {
  const text = file.text.trim();
  if (/^[[{]/.test(text)) return rowsOf(file, parseFile(file));
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return ['boot_id', text];
  if (/^\d+\.\d+\S*$/.test(text)) return ['release', text];
  if (/^\d+ \//.test(text)) return ['cgroups', cgroupRows(file, text)];
  const kinds = Object.values(MADE_BY).join('; ');
  throw new HostFileError(`${file.name} is not the output of one of these: ${kinds}`);
}

function parseFile({ name, text }: HostFile): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HostFileError(`${name} is not JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(value)) return value;
  const said = (value as { readonly error?: unknown }).error;
  if (typeof said === 'string') throw new HostFileError(`${name}: bpftool said: ${said}`);
  throw new HostFileError(`${name} is one object, and bpftool prints a list of them`);
}

function rowsOf(file: HostFile, rows: readonly unknown[]): readonly [HostFileKind, unknown] {
  const kind = rows.length === 0 ? kindByName(file.name) : kindOfRow(file.name, rows[0]);
  switch (kind) {
    case 'progs':
      return [kind, checkContent(file.name, z.array(prog), rows)];
    case 'maps':
      return [kind, checkContent(file.name, z.array(map), rows)];
    case 'tree':
      return [kind, checkContent(file.name, z.array(treeRow), rows)];
    default:
      return [
        'links',
        checkContent(file.name, z.array(z.unknown()), rows).flatMap((row, i) =>
          onCgroup(file.name, row, i),
        ),
      ];
  }
}

function onCgroup(name: string, row: unknown, i: number): LinkRow[] {
  const { type } = checkContent(`${name}: [${i}]`, otherLink, row);
  if (type !== 'cgroup' && type !== 3) return [];
  return [checkContent(`${name}: [${i}]`, cgroupLink, row)];
}

function kindOfRow(name: string, row: unknown): HostFileKind {
  const has = (field: string) => typeof row === 'object' && row !== null && field in row;
  if (has('cgroup')) return 'tree';
  if (has('bytes_key')) return 'maps';
  if (has('tag')) return 'progs';
  if (has('id') && has('type')) return 'links';
  throw new HostFileError(
    `${name} is not a list of programs, maps, links or cgroups of bpftool -j`,
  );
}

const NAMES: readonly (readonly [RegExp, HostFileKind])[] = [
  [/prog/, 'progs'],
  [/map/, 'maps'],
  [/link/, 'links'],
  [/cgroup|tree/, 'tree'],
];

function kindByName(name: string): HostFileKind {
  const base = name.split('/').at(-1) ?? name;
  const kinds = NAMES.filter(([pattern]) => pattern.test(base));
  const [only] = kinds;
  if (kinds.length === 1 && only !== undefined) return only[1];
  throw new HostFileError(
    `${name} is an empty list: call it prog.json, map.json, link.json or cgroup.json, after what it lists`,
  );
}

function cgroupRows({ name }: HostFile, text: string): readonly CgroupRow[] {
  return text.split('\n').map((line, i) => {
    const [, number, directory] = /^(\d+) (\/.*)$/.exec(line) ?? [];
    if (number === undefined || directory === undefined) {
      throw new HostFileError(
        `${name}: line ${i + 1} is not an inode number and a path: ${line.slice(0, 80)}`,
      );
    }
    return { id: Number(number), directory };
  });
}

function checkContent<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = (issue?.path ?? [])
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('');
  throw new HostFileError(`${name}: ${where}${where && ': '}${issue?.message}`);
}
