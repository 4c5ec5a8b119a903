// Each boundary of each switch has a row on both sides: the kernel before it is given the value of
// the one after it, and the other way round, and some row of the tables must answer otherwise.
import { expect, it } from 'vitest';
import { SWITCH_SPECS } from '../../../src/domain/release/boundaries.ts';
import type { Switches, SwitchName } from '../../../src/domain/release/switches.ts';
import { KERNELS, type KernelName, switchesOf } from './kernels.ts';
import { ask } from './run.ts';
import { parse, type Table } from './table.ts';
import { TABLES } from './tables.ts';

const NAMES = Object.keys(SWITCH_SPECS) as SwitchName[];

/** Switches that change nothing on a kernel that lacks another: no other order, no revision. */
const UNSEEN_WITHOUT: Partial<Record<SwitchName, SwitchName>> = {
  link_update_miscounts_preorder: 'preorder',
  query_writes_revision_past_attr: 'revisions',
};

/** Boundaries that no modelled call sees, by the kernel that begins there, or the side before. */
const UNSEEN: Partial<Record<SwitchName, readonly string[]>> = {
  // 27 and 28 are hooks that no cgroup call takes.
  attach_type_count: ['5.7'],
  // The fields from 6.6 on are outputs, or inputs of other hooks.
  prog_query_attr_end: ['6.6.0'],
  // Until tcx comes, what lies in the fields is EINVAL either way: no hook takes them.
  prog_attach_attr_end: ['before 6.6.0'],
};

/** One kernel that is given another value of one switch. */
interface Flip {
  readonly name: SwitchName;
  readonly kernel: KernelName;
  /** The kernel that begins at the boundary: this one or the next. */
  readonly boundary: KernelName;
  readonly value: Switches[SwitchName];
}

/** Both sides of every boundary that tells a kernel from the one before it. */
function flips(): Flip[] {
  return KERNELS.slice(1).flatMap((newer, i) => {
    const older = KERNELS[i] as KernelName;
    const [before, after] = [switchesOf(older), switchesOf(newer)];
    return NAMES.filter((name) => before[name] !== after[name]).flatMap((name) => [
      { name, kernel: older, boundary: newer, value: after[name] },
      { name, kernel: newer, boundary: newer, value: before[name] },
    ]);
  });
}

/** The table that noticed each switch last is asked first: it mostly notices it again. */
const noticedBy = new Map<SwitchName, Table>();
const COLUMNS = TABLES.map((table) => ({ table, columns: parse(table).columns }));

function isNoticed({ name, kernel, boundary, value }: Flip): boolean {
  const noticing = inOrder(name, boundary).find((table) => {
    return answersOtherwise(table, kernel, { [name]: value });
  });
  if (noticing !== undefined) noticedBy.set(name, noticing);
  return noticing !== undefined;
}

/** Tables in which another column begins at the boundary are likely to notice, so they come early. */
function inOrder(name: SwitchName, boundary: KernelName): readonly Table[] {
  const last = noticedBy.get(name);
  const before = KERNELS[KERNELS.indexOf(boundary) - 1];
  const [telling, others] = [[] as Table[], [] as Table[]];
  for (const { table, columns } of COLUMNS) {
    const column = columns.find(({ kernels }) => kernels.includes(boundary));
    const isSame = before === undefined || column?.kernels.includes(before) === true;
    (isSame ? others : telling).push(table);
  }
  return [...(last === undefined ? [] : [last]), ...telling, ...others];
}

/** Whether a row of a table answers otherwise; a state that can no longer be made is not an answer. */
function answersOtherwise(table: Table, kernel: KernelName, switches: Partial<Switches>): boolean {
  try {
    for (const { expected, got } of ask(table, kernel, switches)) if (expected !== got) return true;
  } catch {
    // Nothing more is asked.
  }
  return false;
}

function isUnseen({ name, kernel, boundary }: Flip): boolean {
  const unseen = UNSEEN[name] ?? [];
  if (unseen.includes(boundary)) return true;
  if (kernel !== boundary && unseen.includes(`before ${boundary}`)) return true;
  const other = UNSEEN_WITHOUT[name];
  return other !== undefined && switchesOf(kernel)[other] === false;
}

it('a row notices every switch that has the value of the other side of a boundary', () => {
  const unnoticed = flips().filter((flip) => !isUnseen(flip) && !isNoticed(flip));
  const sentence = ({ name, kernel, boundary, value }: Flip) =>
    `${name} at ${boundary}: no spec row notices ${value} on ${kernel}`;
  expect(unnoticed.map(sentence)).toEqual([]);
});

it('what is said to be unseen is noticed by no row', () => {
  const seen = flips().filter((flip) => isUnseen(flip) && isNoticed(flip));
  expect(seen).toEqual([]);
});

/** Switches that have one value in every release: only a host's configuration changes them. */
it('a row notices every switch that has one value in all releases', () => {
  const fixed = NAMES.filter((name) => {
    return new Set(KERNELS.map((kernel) => switchesOf(kernel)[name])).size === 1;
  });
  const unnoticed = fixed.filter((name) => {
    return !KERNELS.some((kernel) => {
      return isNoticed({ name, kernel, boundary: kernel, value: otherThan(kernel, name) });
    });
  });
  expect(unnoticed).toEqual([]);
});

function otherThan(kernel: KernelName, name: SwitchName): Switches[SwitchName] {
  const value = switchesOf(kernel)[name];
  if (typeof value === 'boolean') return !value;
  return typeof value === 'number' ? value + 1 : 'EBUSY';
}
