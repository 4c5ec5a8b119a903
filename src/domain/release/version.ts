/**
 * Kernel versions: which are modelled, and which one a name stands for. `uname -r` strings are
 * understood as they are; a bare series stands for its newest measured update.
 */

/** Exact versions whose answers were recorded, oldest first. */
export const MEASURED_VERSIONS = [
  '5.10.262',
  '6.1.192',
  '6.12.94',
  '6.12.100',
  '6.12.107',
  '6.12.111',
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

export interface Version {
  readonly series: string;
  /** Stable update; undefined when the version names only a series. */
  readonly patch: number | undefined;
}

/**
 * The version that a name stands for.
 *
 * @returns undefined for `v2-series` and for names of no modelled series
 */
export function versionOf(name: string): Version | undefined {
  const match = /^v?(\d{1,2})\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+~].{0,64})?$/u.exec(name);
  if (match === null) return undefined;
  const series = `${match[1]}.${match[2]}`;
  if (!SERIES.includes(series)) return undefined;
  // Debian names 5.10.262 "5.10.0-46-cloud-amd64": a .0 with an ABI number hides the update.
  const hidden = match[3] === undefined || (match[3] === '0' && /^[^-]*-\d/u.test(name));
  const exact = hidden ? newestMeasured(series) : `${series}.${Number(match[3])}`;
  return { series, patch: exact === series ? undefined : patchOf(exact) };
}

function newestMeasured(series: string): string {
  return MEASURED_VERSIONS.findLast((version) => seriesOf(version) === series) ?? series;
}

/** `6.12` of `6.12.94`. */
export function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** 94 of `6.12.94`; infinite for a bare series. */
export function patchOf(version: string): number {
  return Number(version.split('.')[2] ?? Infinity);
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
