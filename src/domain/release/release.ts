/** Releases: a version and the switches that it implies. */

import { SWITCH_SPECS } from './boundaries.ts';
import type { Boundary, SwitchSpec } from './boundary.ts';
import type { Switches, SwitchName } from './switches.ts';
import { vendorOf } from './vendor.ts';
import {
  MEASURED_VERSIONS,
  patchOf,
  SERIES,
  seriesOf,
  type Version,
  versionOf,
} from './version.ts';

export const V2_SERIES = 'v2-series';

export interface Release {
  /** Canonical: `v2-series`, a series, an exact version, or the whole name of a vendor's kernel. */
  readonly id: string;
  /**
   * `measured` when this exact version was recorded; `vendor` when it carries backports, so that its
   * number says little; else `inferred` from its neighbours.
   */
  readonly basis: 'measured' | 'inferred' | 'vendor';
  readonly switches: Switches;
  /** What is to be known of it before it is relied on, in a sentence. */
  readonly note?: string;
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

/** Names that are always accepted, oldest first: v2-series, every series and measured version. */
export function knownReleases(): readonly string[] {
  const measuredVersions = (series: string) =>
    MEASURED_VERSIONS.filter((v) => seriesOf(v) === series);
  return [V2_SERIES, ...SERIES.flatMap((series) => [...measuredVersions(series), series])];
}

/** The sentence for a name that {@link releaseOf} does not know; it tells the nearest that it does. */
export function unknownRelease(name: string): string {
  const vendor = vendorOf(name);
  const hint =
    vendor === undefined
      ? ''
      : `; it is a kernel of ${vendor}, so name the release that its BPF was taken from, and give what ` +
        'it has otherwise as switches';
  return `no kernel release is called ${name}; ${nearestReleases(name)}${hint}`;
}

function nearestReleases(name: string): string {
  const [oldest, newest] = [SERIES[0] ?? '', SERIES.at(-1) ?? ''];
  const [, major, minor] = /^v?(\d{1,3})\.(\d{1,3})(?!\d)/u.exec(name) ?? [];
  if (major === undefined || minor === undefined) {
    return `known are ${V2_SERIES}, versions from ${oldest} to ${newest}, and what uname -r prints`;
  }
  const age = (series: string): number => {
    const [first = 0, second = 0] = series.split('.').map(Number);
    return first * 1000 + second;
  };
  const asked = age(`${major}.${minor}`);
  if (asked < age(oldest)) return `the oldest is ${oldest}`;
  if (asked > age(newest)) return `the newest is ${newest}`;
  const after = SERIES.findIndex((series) => age(series) > asked);
  return `near are ${SERIES[after - 1]} and ${SERIES[after]}`;
}

function v2Series(): Release {
  const oldest: Version = { series: SERIES[0] ?? '', patch: undefined };
  const pick = <T>(spec: SwitchSpec<T>): T => spec.v2 ?? boundaryAt(spec, oldest).value;
  return { id: V2_SERIES, basis: 'inferred', switches: switchesBy(pick) };
}

function versionRelease(name: string): Release | undefined {
  const version = versionOf(name);
  if (version === undefined) return undefined;
  const { series, patch } = version;
  const id = patch === undefined ? series : `${series}.${patch}`;
  const pick = <T>(spec: SwitchSpec<T>): T => boundaryAt(spec, version).value;
  const vendor = vendorOf(name);
  if (vendor !== undefined) return vendorRelease(name, { vendor, like: id }, switchesBy(pick));
  const basis = (MEASURED_VERSIONS as readonly string[]).includes(id) ? 'measured' : 'inferred';
  return { id, basis, switches: switchesBy(pick) };
}

/** The vendor's kernel keeps its name: what is recorded of it is not said of the mainline release. */
function vendorRelease(
  name: string,
  { vendor, like }: { readonly vendor: string; readonly like: string },
  switches: Switches,
): Release {
  const note =
    `${name} is a kernel of ${vendor}, which carries backports: it is taken for mainline ${like}, and ` +
    'what it has otherwise is given as switches; bpfledger releases probe measures them on it';
  return { id: name, basis: 'vendor', switches, note };
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
    if (!reaches(boundary, version)) continue;
    if (boundary.since === seriesOf(boundary.since)) mainline = boundary;
    else stable = boundary;
  }
  return stable ?? mainline;
}

/** Whether a version has what came with a boundary: of mainline before it, or of its own series. */
export function reaches({ since }: Pick<Boundary<unknown>, 'since'>, version: Version): boolean {
  const series = seriesOf(since);
  if (since === series) return SERIES.indexOf(series) <= SERIES.indexOf(version.series);
  return series === version.series && patchOf(since) <= (version.patch ?? Infinity);
}

/**
 * What `uname -r` prints under a release: three numbers, of which libbpf makes `kern_version` (a name
 * of two gives it none). The v2 series was made for the kernel after 5.6.
 *
 * @param id of a {@link Release}
 */
export function unameText(id: Release['id']): string {
  if (id === V2_SERIES) return `5.6.0-${V2_SERIES}`;
  return id === seriesOf(id) ? `${id}.0` : id;
}
