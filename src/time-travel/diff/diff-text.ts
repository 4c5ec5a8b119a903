/** A difference as text: what changed, and below each change the events that made it. */
import { countText } from '../../domain/count-text.ts';
import { entryText, eventText, programText } from '../wording/words.ts';
import type { ArrayChange } from './array-changes.ts';
import type { AskedDiff } from './asked-diff.ts';
import type { ChangedRow, RowsDiff } from './rows.ts';
import type { SequenceChange } from './sequence.ts';
import type { ListChange, StateDiff } from './state-diff.ts';

interface ChangeText {
  readonly lines: readonly string[];
  readonly because: readonly number[];
}

interface DiffSpan {
  readonly from: number;
  readonly to: number;
  /** The host that the position `from` belongs to, when it is another host. */
  readonly against?: string | undefined;
}

/** The lines of a difference. */
export function diffText(
  { from, to, against }: DiffSpan,
  { diff, events, names }: AskedDiff,
): string[] {
  const sections = [
    section('Boot', bootChange(diff)),
    section(
      'Effective arrays',
      diff.effective.map((one) => arrayChange(one, names)),
    ),
    section(
      'Lists',
      diff.lists.map((one) => listChange(one, names)),
    ),
    section(
      'Cgroups',
      rowChanges(diff.cgroups, ({ cgroup_id, path }) => `${path} (${cgroup_id})`),
    ),
    section(
      'Programs',
      rowChanges(
        diff.programs,
        ({ prog_id, prog_name }) => programText(prog_id, prog_name),
        (key) => programText(Number(key), names.get(Number(key))),
      ),
    ),
    section(
      'Links',
      rowChanges(diff.links, linkText, (key) => `link ${key}`),
    ),
    section(
      'Maps',
      rowChanges(
        diff.maps,
        ({ map_id, map_name }) => `map ${map_id} (${map_name})`,
        (key) => `map ${key}`,
      ),
    ),
    section(
      'Pins and directories',
      rowChanges(diff.bpffs, ({ path, kind }) => `${kind} ${path}`),
    ),
    section(
      'Processes',
      rowChanges(diff.processes, ({ pid, comm }) => `${comm}[${pid}]`),
    ),
  ].flat();
  const start = against === undefined ? from : `${from} of ${against}`;
  const head = `From position ${start} to ${to}: `;
  if (sections.length === 0) return [`${head}nothing changed`];
  const causes = events.map((event) => `  ${eventText(event)}`);
  return [
    `${head}${countText(events.length, 'event')} changed this`,
    ...sections,
    'Events',
    ...causes,
  ];
}

function section(title: string, changes: readonly ChangeText[]): string[] {
  if (changes.length === 0) return [];
  const told = changes.flatMap(({ lines, because }) => {
    const [first = '', ...rest] = lines;
    const by = because.length === 0 ? '' : `  [${because.join(', ')}]`;
    return [`  ${first}${by}`, ...rest.map((line) => `      ${line}`)];
  });
  return [title, ...told];
}

function bootChange({ boot }: StateDiff): ChangeText[] {
  if (boot === undefined) return [];
  const text = `boot ${boot.was.number} (${boot.was.release}) -> ${boot.is.number} (${boot.is.release})`;
  return [{ lines: [`~ ${text}`], because: [] }];
}

type Names = AskedDiff['names'];

function arrayChange({ path, attach_type, slots, same_in, because }: ArrayChange, names: Names) {
  const also =
    same_in.length === 0
      ? ''
      : `, and in the same way for ${countText(same_in.length, 'cgroup')} below it`;
  const lines = slots.map((change) => sequenceLine(change, names));
  return { lines: [`~ ${path} for ${attach_type}${also}`, ...lines], because };
}

function listChange(change: ListChange, names: Names): ChangeText {
  const { path, attach_type, was, is, entries, because } = change;
  const headText = (head: ListChange['was']): string =>
    head === undefined ? 'never used' : `${head.mode}, revision ${head.revision}`;
  const head = `~ ${path} for ${attach_type}: ${headText(was)} -> ${headText(is)}`;
  return { lines: [head, ...entries.map((one) => sequenceLine(one, names))], because };
}

function sequenceLine(
  change: SequenceChange<{ readonly prog_id: number; readonly link_id?: number }>,
  names: Names,
): string {
  const namedEntryText = (entry: { readonly prog_id: number; readonly link_id?: number }): string =>
    entryText(entry, names.get(entry.prog_id));
  switch (change.change) {
    case 'added':
      return `+ ${namedEntryText(change.is)} at place ${change.place}`;
    case 'removed':
      return `- ${namedEntryText(change.was)} from place ${change.was_place}`;
    case 'moved':
      return `> ${namedEntryText(change.is)} from place ${change.was_place} to ${change.place}`;
    case 'changed':
      return `~ ${namedEntryText(change.was)} at place ${change.was_place} -> ${namedEntryText(change.is)}`;
    default:
      return change satisfies never;
  }
}

function linkText({ link_id, prog_id, attach_type }: StateDiff['links']['added'][number]): string {
  return `link ${link_id} for program ${prog_id} on ${attach_type}`;
}

function rowChanges<R>(
  { added, removed, changed }: RowsDiff<R>,
  told: (row: RowsDiff<R>['added'][number]) => string,
  named: (key: number | string) => string = String,
): ChangeText[] {
  return [
    ...added.map((row) => ({ lines: [`+ ${told(row)}`], because: row.because })),
    ...removed.map((row) => ({ lines: [`- ${told(row)}`], because: row.because })),
    ...changed.map((row) => ({
      lines: [`~ ${named(row.key)}: ${changedText(row)}`],
      because: row.because,
    })),
  ];
}

/** Fields that follow from others and would only repeat them. */
const SILENT: readonly string[] = ['refs', 'children'];

function changedText<R>({ was, is }: ChangedRow<R>): string {
  const fields = Object.keys(is).filter((field) => !SILENT.includes(field));
  const rowFieldText = (row: Partial<R>, field: string): string =>
    fieldText((row as Readonly<Record<string, unknown>>)[field]);
  const texts = fields.map(
    (field) => `${field} ${rowFieldText(was, field)} -> ${rowFieldText(is, field)}`,
  );
  return texts.join('; ') || 'other holders';
}

function fieldText(value: unknown): string {
  if (isHolders(value)) {
    const fds = value.fds.map(({ pid, fd }) => `fd ${fd} of ${pid}`);
    return [...fds, ...value.pins].join(', ') || 'nobody';
  }
  if (isFds(value)) return value.map(({ fd }) => fd).join(',') || 'none';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isHolders(
  value: unknown,
): value is { fds: { pid: number; fd: number }[]; pins: string[] } {
  return typeof value === 'object' && value !== null && 'pins' in value && 'fds' in value;
}

function isFds(value: unknown): value is { fd: number }[] {
  return (
    Array.isArray(value) && value.length > 0 && typeof value[0] === 'object' && 'fd' in value[0]
  );
}
