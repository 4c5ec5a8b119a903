/** Asks one kernel the rows of a precedence table, mending one fault after each answer. */
import type { AttachType } from '../../../src/domain/attach-type.ts';
import type { Call } from '../../../src/domain/call.ts';
import { isRefusal, type Outcome } from '../../../src/domain/outcome.ts';
import { refusalSentence } from '../../../src/domain/refusal-sentence.ts';
import { BOOT_PID, type BootConfig } from '../../../src/domain/release/config.ts';
import type { Switches } from '../../../src/domain/release/switches.ts';
import type { RuleName } from '../../../src/domain/rules.ts';
import { answerOf, CLOSED, given, type World } from '../given.ts';
import { insnsOf } from './code-words.ts';
import type { KernelName } from './kernels.ts';
import { ABSENT, ELSEWHERE, parse, type Table } from './table.ts';

export interface Asked {
  /** Which row of the table. */
  readonly row: number;
  readonly fault: string;
  readonly expected: string;
  readonly got: string;
  /** The rule that refused; absent when the call was done. */
  readonly rule?: RuleName;
  /** What the rule says of this call, in a sentence. */
  readonly why?: string;
}

type Fields = Record<string, unknown>;

/** What `kernel` answers to each row of the column that it is in; no row when it is in none. */
export function run(written: Table, kernel: KernelName): Asked[] {
  return [...ask(written, kernel, {})];
}

/**
 * The same row by row: a row is asked when it is read.
 *
 * @param switches values that the kernel has otherwise than its release
 */
export function* ask(
  written: Table,
  kernel: KernelName,
  switches: Partial<Switches>,
): Generator<Asked> {
  const { columns, rows } = parse(written);
  const column = columns.findIndex(({ kernels }) => kernels.includes(kernel));
  if (column < 0) return;
  const table = { ...written, config: configWith(written, switches) };
  const answers = rows.map((row) => row.answers[column] ?? ABSENT);
  const asking = table.call === undefined ? asksAfresh(table, kernel) : asksInTurn(table, kernel);
  rows.forEach(({ mend: text }, i) => {
    if (answers[i] === ABSENT) asking.mendFirst(text);
  });
  for (const [row, { fault, mend: text }] of rows.entries()) {
    const expected = answers[row] ?? ABSENT;
    if (expected === ABSENT || expected === ELSEWHERE) continue;
    const outcome = asking.row(text);
    const refused = isRefusal(outcome) ? { rule: outcome.rule, why: refusalSentence(outcome) } : {};
    yield { row, fault, expected, got: inWords(outcome, expected), ...refused };
  }
}

function configWith({ config }: Table, switches: Partial<Switches>): Partial<BootConfig> {
  return { ...config, switches: { ...switches, ...config?.switches } };
}

interface Asking {
  mendFirst(text: string): void;
  /** Asks a row; its text is mended after the answer. */
  row(text: string): Outcome;
}

/** One world, and one call that is mended from row to row. */
function asksInTurn(table: Table, kernel: KernelName): Asking {
  const world = worldOf(table, kernel);
  const fields = fieldsOf(world, table, table.call ?? '');
  return {
    mendFirst: (text) => mend(world, fields, table, text),
    row(text) {
      const outcome = perform(world, fields);
      mend(world, fields, table, text);
      return outcome;
    },
  };
}

/** A world for each row, whose text is the call. */
function asksAfresh(table: Table, kernel: KernelName): Asking {
  return {
    mendFirst: () => undefined,
    row(text) {
      const world = worldOf(table, kernel);
      return perform(world, fieldsOf(world, table, text));
    },
  };
}

function worldOf(table: Table, kernel: KernelName): World {
  const world = given(kernel, table.config);
  table.given(world, kernel);
  return world;
}

function fieldsOf(world: World, table: Table, call: string): Fields {
  const [name = '', ...rest] = call.trim().split(/\s+/u);
  const fields: Fields = { name };
  mend(world, fields, table, rest.join(' '));
  return fields;
}

function perform(world: World, { pid = BOOT_PID, ...call }: Fields): Outcome {
  return world.when(call as unknown as Call, pid as number).outcome;
}

/** `ok` or the errno; where a table expects more than `ok`, what the call handed back. */
function inWords(outcome: Outcome, expected: string): string {
  if (isRefusal(outcome) || !expected.startsWith('ok, ')) return answerOf(outcome);
  if (outcome.info?.kind === 'prog') return `ok, tag ${outcome.info.tag}`;
  if (expected.startsWith('ok, ids ')) return `ok, ids ${outcome.query?.prog_ids.join(' ')}`;
  const { attach_flags, revision } = outcome.query ?? { attach_flags: 0 };
  return `ok, flags ${attach_flags}${revision === undefined ? '' : `, revision ${revision}`}`;
}

/** Applies `field = value`, `flags + bit`, `flags - bit`, `no field` and named steps. */
function mend(world: World, fields: Fields, table: Table, text: string): void {
  for (const part of text.split(';').map((word) => word.trim())) {
    if (part === '') continue;
    const step = table.steps?.[part];
    const [, field, sign, value = ''] = /^(\w+) ([=+-]) (.*)$/u.exec(part) ?? [];
    if (step !== undefined) step(world);
    else if (part.startsWith('no ')) delete fields[part.slice(3)];
    else if (field === undefined)
      throw new Error(`${table.title}: no step and no field: "${part}"`);
    else if (sign === '=') fields[field] = read(world, fields, field, value);
    else fields[field] = changedFlags(fields[field], sign === '+', flagsOf(value));
  }
}

function changedFlags(was: unknown, isAdded: boolean, flags: readonly unknown[]): unknown[] {
  const rest = (was as readonly unknown[]).filter((flag) => !flags.includes(flag));
  return isAdded ? [...rest, ...flags] : rest;
}

/** A value in the words of the table: a label, flags, a number, a key, or text. */
function read(world: World, fields: Fields, field: string, word: string): unknown {
  if (word.startsWith('"')) return JSON.parse(word);
  if (word === 'true' || word === 'false') return word === 'true';
  if (field === 'insns') return insnsOf(word);
  if (field === 'key') return keyOf(world, word);
  if (field === 'query_flags' || (field === 'flags' && takesFlagNames(fields)))
    return flagsOf(word);
  if (field === 'map_fds' || field === 'fd_array')
    return word.split('+').map((label) => numberOf(world, field, label));
  if (['caps', 'bounding', 'inheritable', 'ambient'].includes(field))
    return word === 'none' ? [] : word.split('+');
  if (field === 'value' || /(?:^|_)(?:fd|pid|id)$/u.test(field))
    return numberOf(world, field, word);
  return numberOr(word);
}

/** Map elements and PROG_BIND_MAP have a plain number in their `flags`. */
function takesFlagNames({ name }: Fields): boolean {
  return /^(?:prog_attach|prog_detach|link_\w+)$/u.test(String(name));
}

function flagsOf(word: string): unknown[] {
  return word === '0' ? [] : word.split('+').map((flag) => numberOr(flag));
}

function numberOf(world: World, field: string, word: string): number {
  if (word === 'closed') return CLOSED;
  const isObjectId = /_id$/u.test(field);
  if (world.knows(word)) return isObjectId ? world.idOf(word) : world.at(word);
  const number = numberOr(word);
  if (typeof number !== 'number') throw new Error(`nothing is named ${word}`);
  return number;
}

function numberOr(word: string): number | string {
  return /^-?\d+$|^0x[\da-f]+$/u.test(word) ? Number(word) : word;
}

/** `/c`: the egress storage of a cgroup; `/c cgroup_device` another type's; `c0a8/9` a prefix; else a plain key. */
function keyOf(world: World, word: string): unknown {
  const [data = '', length] = word.split('/');
  if (data !== '' && length !== undefined) return { prefixlen: Number(length), data };
  if (!word.startsWith('/')) return Number(word);
  const [path = '', type = 'cgroup_inet_egress'] = word.split(' ');
  return world.key(path, type as AttachType);
}
