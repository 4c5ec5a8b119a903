/** Releases described for people: what every switch means in one, and how two differ. */
import { type AttachType, attachTypeNumber, CGROUP_HOOKS } from '../attach-type.ts';
import { SWITCH_SPECS } from './boundaries.ts';
import type { Boundary, Evidence, SwitchSpec } from './boundary.ts';
import { boundaryAt, type Release, V2_SERIES } from './release.ts';
import type { SwitchName } from './switches.ts';
import { seriesOf, type Version, versionOf } from './version.ts';

export type SwitchValue = boolean | number | string;

export interface DescribedSwitch {
  readonly name: SwitchName;
  readonly value: SwitchValue;
  /** What `true`, or the value, means. */
  readonly meaning: string;
  /** The release from which on the switch has this value. */
  readonly since: string;
  /** How that boundary is known. */
  readonly evidence: Evidence | 'inferred';
  /** Where a running kernel was first seen to have it. */
  readonly measured_in?: string;
  readonly source: string;
  /** The switch is a defect of some kernels rather than a rule. */
  readonly bug: boolean;
}

export interface Difference {
  readonly name: SwitchName;
  readonly from: SwitchValue;
  readonly to: SwitchValue;
  readonly sentence: string;
  readonly bug: boolean;
}

const NAMES = Object.keys(SWITCH_SPECS) as SwitchName[];

/** Every switch of a release, with its value, what it means and how it is known. */
export function describedSwitches(release: Release): DescribedSwitch[] {
  return NAMES.map((name) => {
    const spec = SWITCH_SPECS[name] as SwitchSpec<SwitchValue>;
    const { meaning, source, bug = false } = spec;
    const value = release.switches[name];
    const origin = originOf(spec, release);
    return { name, value, meaning, ...origin, source, bug };
  });
}

/** The first release with this value, and the first one it was measured in. */
function originOf(
  spec: SwitchSpec<SwitchValue>,
  release: Release,
): Pick<DescribedSwitch, 'since' | 'evidence' | 'measured_in'> {
  const version = versionOf(release.id);
  if (version === undefined) return { since: V2_SERIES, evidence: 'inferred' };
  const run = boundariesUpTo(spec, version);
  const [first] = run;
  if (first === undefined) throw new Error('a switch has a value from 5.7 on');
  const measured = run.find((boundary) => boundary.evidence === 'measured');
  const { since, evidence } = first;
  return { since, evidence, ...(measured === undefined ? {} : { measured_in: measured.since }) };
}

/** The boundaries that repeat the deciding value, oldest first, without another value between. */
function boundariesUpTo(
  spec: SwitchSpec<SwitchValue>,
  version: Version,
): readonly Boundary<SwitchValue>[] {
  const deciding = boundaryAt(spec, version);
  const isStable = deciding.since !== seriesOf(deciding.since);
  const sameLine = spec.boundaries.filter(({ since }) =>
    isStable
      ? since !== seriesOf(since) && seriesOf(since) === version.series
      : since === seriesOf(since),
  );
  const upTo = sameLine.slice(0, sameLine.indexOf(deciding) + 1);
  const lastOther = upTo.findLastIndex((boundary) => boundary.value !== deciding.value);
  return upTo.slice(lastOther + 1);
}

/** What changes from one release to another, a sentence a switch. */
export function differences(from: Release, to: Release): Difference[] {
  const later = describedSwitches(to);
  return later
    .filter(({ name, value }) => from.switches[name] !== value)
    .map((after) => {
      const before = from.switches[after.name];
      const sentence = sentenceOf(before, after, to.id);
      return { name: after.name, from: before, to: after.value, sentence, bug: after.bug };
    });
}

function sentenceOf(before: SwitchValue, after: DescribedSwitch, to: string): string {
  const seen = after.measured_in === undefined ? '' : `, measured in ${after.measured_in}`;
  const how = after.evidence === 'measured' ? 'measured' : `${after.evidence}${seen}`;
  const known = `since ${after.since}, ${how}; ${after.source}`;
  if (after.value === true) return `In ${to}: ${after.meaning} (${known}).`;
  if (after.value === false) return `No longer in ${to}: ${after.meaning} (${known}).`;
  const named = after.name === 'attach_type_count' ? namesBetween(before, after.value) : '';
  return `In ${to} ${after.value}, before ${before}: ${after.meaning}${named} (${known}).`;
}

/** The cgroup attach types that came or went with a count. */
function namesBetween(before: SwitchValue, after: SwitchValue): string {
  const [low, high] = [Number(before), Number(after)].sort((a, b) => a - b) as [number, number];
  const names = Object.keys(CGROUP_HOOKS).filter((name) => {
    const n = attachTypeNumber(name as AttachType);
    return n >= low && n < high;
  });
  return names.length === 0 ? '' : `; ${names.join(', ')}`;
}
