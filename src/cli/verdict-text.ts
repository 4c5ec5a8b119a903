/** Verdicts as text for people: one line for each, and below it what is wrong. */
import { countText } from '../domain/count-text.ts';

/** The verdicts of the API, or of a bundle alone, on a log. */
export interface Verdicts {
  readonly host: string;
  readonly holds: boolean;
  readonly chain: {
    readonly holds: boolean;
    readonly position: number;
    readonly hash: string;
    readonly checkpoints: number;
    readonly proven_to: number;
    readonly fault_count: number;
    readonly faults: readonly ChainFault[];
    readonly keys: readonly string[];
    readonly untrusted: number;
    readonly untrusted_keys: readonly string[];
  };
  /** Absent for a file, which has no tables. */
  readonly projections?:
    | { readonly holds: boolean; readonly rows: number; readonly tables: readonly TableVerdict[] }
    | Stopped;
  readonly outcomes:
    | {
        readonly holds: boolean;
        readonly position: number;
        readonly difference_count: number;
        readonly differences: readonly OutcomeVerdict[];
      }
    | Stopped;
  /** Absent in a file, too. */
  readonly snapshots?: {
    readonly holds: boolean;
    readonly count: number;
    readonly fault_count: number;
    readonly faults: readonly { readonly position: number; readonly message: string }[];
  };
  readonly not_excluded: readonly string[];
}

interface ChainFault {
  readonly position_from?: number;
  readonly position_to?: number;
  readonly line?: number;
  readonly message: string;
}

interface TableVerdict {
  readonly table: string;
  readonly differing: number;
}

interface Stopped {
  readonly holds: false;
  readonly stopped: string;
}

interface OutcomeVerdict {
  readonly position: number;
  readonly call: string;
  readonly recorded: DecidedAnswer;
  readonly today: DecidedAnswer;
  readonly effects_only: boolean;
}

interface DecidedAnswer {
  readonly ret?: number;
  readonly errno?: string;
  readonly rule?: string;
}

/** The lines of verdicts. */
export function verdictLines(verdicts: Verdicts): string[] {
  const { host, holds, chain, projections, outcomes, snapshots, not_excluded } = verdicts;
  return [
    `${host}: ${holds ? 'everything holds' : 'DOES NOT HOLD'}`,
    verdictLine('chain', chain.holds, chainText(chain)),
    ...chain.faults.map((fault) => `    ${faultText(fault)}`),
    ...more(chain.fault_count, chain.faults.length),
    ...(projections === undefined ? [] : projectionLines(projections)),
    ...outcomeLines(outcomes),
    ...(snapshots === undefined ? [] : snapshotLines(snapshots)),
    ...(not_excluded.length === 0 ? [] : ['  not excluded']),
    ...not_excluded.map((sentence) => `    ${sentence}`),
  ];
}

function snapshotLines(verdict: NonNullable<Verdicts['snapshots']>): string[] {
  const { holds, count, fault_count, faults } = verdict;
  return [
    verdictLine('snapshots', holds, countText(count, 'stored state')),
    ...faults.map(({ position, message }) => `    position ${position}: ${message}`),
    ...more(fault_count, faults.length),
  ];
}

function verdictLine(name: string, holds: boolean, text: string): string {
  return `  ${name.padEnd(12)} ${(holds ? 'holds' : 'FAILS').padEnd(6)} ${text}`;
}

function chainText(chain: Verdicts['chain']): string {
  const { position, hash, checkpoints, proven_to, keys, untrusted } = chain;
  const none = untrusted === 0 ? 'no checkpoint' : 'no checkpoint of a trusted key';
  const proven =
    checkpoints === 0
      ? none
      : `${countText(checkpoints, 'checkpoint')} up to position ${proven_to}, key ${keys.join(', ')}`;
  return `${countText(position, 'event')}, hash ${hash.slice(0, 16) || 'lost'}…, ${proven}`;
}

function faultText({ position_from, position_to, line, message }: ChainFault): string {
  const place = line === undefined ? '' : `line ${line}: `;
  if (position_from === undefined) return `${place}${message}`;
  const range =
    position_from === position_to
      ? `position ${position_from}`
      : `positions ${position_from}…${position_to}`;
  return `${range}: ${place}${message}`;
}

function more(count: number, listed: number): string[] {
  return count > listed ? [`    and ${count - listed} more`] : [];
}

function projectionLines(verdict: NonNullable<Verdicts['projections']>): string[] {
  if ('stopped' in verdict) return [verdictLine('projections', false, verdict.stopped)];
  const { holds, rows, tables } = verdict;
  return [
    verdictLine('projections', holds, countText(rows, 'row')),
    ...tables.map(
      ({ table, differing }) =>
        `    ${table}: ${countText(differing, 'row differs', 'rows differ')}`,
    ),
  ];
}

function outcomeLines(verdict: Verdicts['outcomes']): string[] {
  if ('stopped' in verdict) return [verdictLine('outcomes', false, verdict.stopped)];
  const { holds, position, difference_count, differences } = verdict;
  return [
    verdictLine(
      'outcomes',
      holds,
      `${difference_count} of ${countText(position, 'call is', 'calls are')} answered differently today`,
    ),
    ...differences.map((one) => `    position ${one.position}: ${differenceText(one)}`),
    ...more(difference_count, differences.length),
  ];
}

function differenceText({ call, recorded, today, effects_only }: OutcomeVerdict): string {
  if (effects_only) return `${call} has other effects today`;
  return `${call} was ${answerText(recorded)}, is ${answerText(today)} today`;
}

function answerText({ ret, errno, rule }: DecidedAnswer): string {
  return errno === undefined ? String(ret) : `${errno} (${rule})`;
}
