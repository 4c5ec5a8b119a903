/** Releases described for people: what every switch means in one, and how two differ. */
import { type AttachType, attachTypeNumber, CGROUP_HOOKS } from '../attach-type.ts';
import { SWITCH_SPECS } from './boundaries.ts';
import type { Boundary, Evidence, SwitchSpec } from './boundary.ts';
import { boundaryAt, type Release, reaches, V2_SERIES } from './release.ts';
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
  readonly evidence: Evidence | 'inferred' | 'vendor';
  /** Where a running kernel was first seen to have it. */
  readonly measured_in?: string;
  readonly source: string;
  /** The switch is a defect of some kernels rather than a rule. */
  readonly bug: boolean;
}

export interface SwitchDifference {
  readonly name: SwitchName;
  readonly from: SwitchValue;
  readonly to: SwitchValue;
  readonly sentence: string;
  readonly bug: boolean;
}

const NAMES = Object.keys(SWITCH_SPECS) as SwitchName[];

/** Every switch of a release, with its value, what it means and how it is known. */
export function describeSwitches(release: Release): DescribedSwitch[] {
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
  // What mainline is known to do says nothing of a kernel that carries backports.
  if (release.basis === 'vendor') return { since: first.since, evidence: 'vendor' };
  const measured = run.find((boundary) => boundary.evidence === 'measured');
  const { since, evidence } = first;
  return { since, evidence, ...(measured === undefined ? {} : { measured_in: measured.since }) };
}

/**
 * The boundaries that repeat the deciding value, oldest first, without another value between: those of
 * mainline, then those of the release's own series.
 */
function boundariesUpTo(
  spec: SwitchSpec<SwitchValue>,
  version: Version,
): readonly Boundary<SwitchValue>[] {
  const { value } = boundaryAt(spec, version);
  const reached = spec.boundaries.filter((boundary) => reaches(boundary, version));
  const isOfMainline = ({ since }: Boundary<SwitchValue>) => since === seriesOf(since);
  const upTo = [
    ...reached.filter(isOfMainline),
    ...reached.filter((boundary) => !isOfMainline(boundary)),
  ];
  return upTo.slice(upTo.findLastIndex((boundary) => boundary.value !== value) + 1);
}

/** What changes from one release to another, a sentence a switch. */
export function differences(from: Release, to: Release): SwitchDifference[] {
  const later = describeSwitches(to);
  return later
    .filter(({ name, value }) => from.switches[name] !== value)
    .map((after) => {
      const before = from.switches[after.name];
      const sentence = sentenceOf(after, { from, to });
      return { name: after.name, from: before, to: after.value, sentence, bug: after.bug };
    });
}

function sentenceOf(
  after: DescribedSwitch,
  { from, to }: { readonly from: Release; readonly to: Release },
): string {
  const spec = SWITCH_SPECS[after.name] as SwitchSpec<SwitchValue>;
  const before = from.switches[after.name];
  const source = after.source;
  const since = `since ${after.since}, ${evidenceText(after)}; ${source}`;
  if (after.value === true) return `In ${to.id}: ${after.meaning} (${since}).`;
  if (after.value === false) {
    if (everHeld(spec, true, to)) return `No longer in ${to.id}: ${after.meaning} (${since}).`;
    const came = originOf(spec, from);
    const comes = `comes in ${came.since}, ${evidenceText(came)}; ${source}`;
    return `Not yet in ${to.id}: ${after.meaning} (${comes}).`;
  }
  const named = after.name === 'attach_type_count' ? namesBetween(before, after.value) : '';
  return `In ${to.id} ${after.value}, in ${from.id} ${before}: ${after.meaning}${named} (${since}).`;
}

/** How the origin of a switch's value is known: `remembered, measured in 6.12`. */
export function evidenceText({
  evidence,
  measured_in,
}: Pick<DescribedSwitch, 'evidence' | 'measured_in'>): string {
  if (evidence === 'measured' || measured_in === undefined) return evidence;
  return `${evidence}, measured in ${measured_in}`;
}

/** Whether a switch had a value in a release or in one that came before it in its line. */
function everHeld(spec: SwitchSpec<SwitchValue>, value: SwitchValue, release: Release): boolean {
  const version = versionOf(release.id);
  if (version === undefined) return (spec.v2 ?? spec.boundaries[0].value) === value;
  return spec.boundaries.some((boundary) => boundary.value === value && reaches(boundary, version));
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
