/**
 * Releases: a version and the switches that it implies. `uname -r` strings are understood as they
 * are; a bare series stands for its newest measured update.
 */
import { type Boundary, SWITCH_SPECS, type SwitchSpec } from './boundaries.ts';
import type { Switches, SwitchName } from './switches.ts';

export const V2_SERIES = 'v2-series';

/** Exact versions whose answers were recorded, oldest first. */
export const MEASURED_VERSIONS = [
  '5.10.262',
  '6.1.192',
  '6.12.94',
  '6.12.117',
  '6.16.12',
  '6.17.13',
  '6.18.15',
  '6.18.44',
  '7.3.4',
] as const;

/** Every mainline series that is modelled, oldest first. */
export const SERIES: readonly string[] = [
  ...range(7, 19).map((minor) => `5.${minor}`),
  ...range(0, 19).map((minor) => `6.${minor}`),
  ...range(0, 3).map((minor) => `7.${minor}`),
];

export interface Release {
  /** Canonical: `v2-series`, a series, or an exact version. */
  readonly id: string;
  /** `measured` when this exact version was recorded, else `inferred` from its neighbours. */
  readonly basis: 'measured' | 'inferred';
  readonly switches: Switches;
}

interface Version {
  readonly series: string;
  /** Stable update; undefined when the version names only a series. */
  readonly patch: number | undefined;
}

const cache = new Map<string, Release>();

/**
 * The release that a name stands for.
 *
 * @param name `v2-series`, a version (`6.18`, `6.12.94`), or a `uname -r` string
 * @returns undefined when no modelled release has that name
 */
export function releaseOf(name: string): Release | undefined {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const release = name === V2_SERIES ? v2Series() : versionRelease(name);
  if (release !== undefined && cache.size < 1000) cache.set(name, release);
  return release;
}

/** Names that are always accepted, for messages and listings: v2-series, measured, all series. */
export function knownReleases(): readonly string[] {
  return [V2_SERIES, ...MEASURED_VERSIONS, ...SERIES];
}

function v2Series(): Release {
  const oldest: Version = { series: SERIES[0] ?? '', patch: undefined };
  const pick = <T>(spec: SwitchSpec<T>): T => spec.v2 ?? valueAt(spec, oldest);
  return { id: V2_SERIES, basis: 'inferred', switches: switchesBy(pick) };
}

function versionRelease(name: string): Release | undefined {
  const match = /^v?(\d{1,2})\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+~].{0,64})?$/u.exec(name);
  if (match === null) return undefined;
  const series = `${match[1]}.${match[2]}`;
  if (!SERIES.includes(series)) return undefined;
  // Debian names 5.10.262 "5.10.0-46-cloud-amd64": a .0 with an ABI number hides the update.
  const hidden = match[3] === undefined || (match[3] === '0' && /^[^-]*-\d/u.test(name));
  const exact = hidden ? newestMeasured(series) : `${series}.${Number(match[3])}`;
  const version = { series, patch: exact === series ? undefined : patchOf(exact) };
  const pick = <T>(spec: SwitchSpec<T>): T => valueAt(spec, version);
  const basis = (MEASURED_VERSIONS as readonly string[]).includes(exact) ? 'measured' : 'inferred';
  return { id: exact, basis, switches: switchesBy(pick) };
}

function newestMeasured(series: string): string {
  return MEASURED_VERSIONS.findLast((version) => seriesOf(version) === series) ?? series;
}

function switchesBy(pick: <T>(spec: SwitchSpec<T>) => T): Switches {
  const values: Partial<Record<SwitchName, unknown>> = {};
  for (const name of Object.keys(SWITCH_SPECS) as SwitchName[]) {
    values[name] = pick(SWITCH_SPECS[name] as SwitchSpec<unknown>);
  }
  return values as unknown as Switches;
}

/** The boundary that decides: the last stable one of this series, else the last mainline one. */
export function boundaryAt<T>(spec: SwitchSpec<T>, version: Version): Boundary<T> {
  let mainline = spec.boundaries[0];
  let stable: Boundary<T> | undefined;
  for (const boundary of spec.boundaries) {
    const series = seriesOf(boundary.since);
    if (boundary.since === series) {
      if (SERIES.indexOf(series) <= SERIES.indexOf(version.series)) mainline = boundary;
    } else if (
      series === version.series &&
      patchOf(boundary.since) <= (version.patch ?? Infinity)
    ) {
      stable = boundary;
    }
  }
  return stable ?? mainline;
}

function valueAt<T>(spec: SwitchSpec<T>, version: Version): T {
  return boundaryAt(spec, version).value;
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function patchOf(version: string): number {
  return Number(version.split('.')[2] ?? Infinity);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
