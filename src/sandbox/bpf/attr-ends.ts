/**
 * How long info structures are in a release, and where the last field of a command ends: a
 * byte after it must be zero (`bpf_check_uarg_tail_zero` and `CHECK_ATTR` in kernel/bpf/syscall.c).
 */
import { reaches } from '../../domain/release/release.ts';
import { versionOf } from '../../domain/release/version.ts';

/** A number from a series on; the first holds for all that are older. */
export type Growth = readonly (readonly [since: string, number: number])[];

const fixedGrowth = (bytes: number): Growth => [['5.7', bytes]];

/** Ends of the last fields, for the commands whose ends no rule of the model looks at itself. */
const LAST_FIELD: Readonly<Record<string, Growth>> = {
  map_create: [
    ['5.7', 64],
    ['5.16', 72],
    ['6.9', 80],
    ['6.18', 92],
  ],
  map_lookup_elem: fixedGrowth(32),
  map_update_elem: fixedGrowth(32),
  map_get_next_key: fixedGrowth(24),
  map_lookup_and_delete_elem: [
    ['5.7', 24],
    ['5.14', 32],
  ],
  map_freeze: fixedGrowth(4),
  prog_load: [
    ['5.7', 116],
    ['5.14', 128],
    ['5.17', 140],
    ['6.4', 144],
    ['6.9', 148],
    ['6.14', 152],
    ['6.18', 168],
  ],
  obj_pin: [
    ['5.7', 16],
    ['6.5', 20],
  ],
  prog_test_run: [
    ['5.7', 64],
    ['5.10', 72],
    ['5.18', 76],
  ],
  next_id: fixedGrowth(8),
  obj_get_info_by_fd: fixedGrowth(16),
  raw_tracepoint_open: [
    ['5.7', 12],
    ['6.10', 24],
  ],
  btf_load: [
    ['5.7', 28],
    ['6.4', 32],
    ['6.9', 40],
  ],
  link_update: fixedGrowth(16),
  link_detach: fixedGrowth(4),
  iter_create: fixedGrowth(8),
  enable_stats: fixedGrowth(4),
  prog_bind_map: fixedGrowth(12),
  batch: fixedGrowth(56),
  task_fd_query: fixedGrowth(48),
};
const SAME_ATTR: Readonly<Record<string, string>> = {
  obj_get: 'obj_pin',
  prog_get_next_id: 'next_id',
  link_get_next_id: 'next_id',
  map_get_next_id: 'next_id',
  btf_get_next_id: 'next_id',
  map_lookup_batch: 'batch',
  map_lookup_and_delete_batch: 'batch',
  map_update_batch: 'batch',
  map_delete_batch: 'batch',
};

/** `sizeof` of the info structures. */
const INFO = {
  prog: [
    ['5.7', 208],
    ['5.12', 216],
    ['5.16', 224],
    ['6.0', 232],
  ],
  map: [
    ['5.7', 80],
    ['5.16', 88],
    ['6.18', 104],
  ],
  link: [
    ['5.7', 32],
    ['6.1', 48],
    ['6.7', 56],
    ['6.8', 64],
  ],
  btf: [
    ['5.7', 16],
    ['5.11', 32],
  ],
  token: [['6.17', 32]],
} as const satisfies Readonly<Record<string, Growth>>;

/** Where the last field of a command ends; undefined when the model's own rules look at that. */
export function lastFieldEnd(command: string, release: string): number | undefined {
  const growth = LAST_FIELD[SAME_ATTR[command] ?? command];
  return growth === undefined ? undefined : sizeIn(growth, release);
}

/** Bytes of an info structure. */
export function infoBytes(kind: keyof typeof INFO, release: string): number {
  return sizeIn(INFO[kind], release);
}

/** Answers of `sizeIn` for the release that was asked about last: each call asks for several. */
const answers = new Map<Growth, number>();
let answersOf = '';

/** The number that holds in a release. */
export function sizeIn(growth: Growth, release: string): number {
  if (answersOf !== release) answers.clear();
  answersOf = release;
  const answer = answers.get(growth);
  if (answer !== undefined) return answer;
  let number = growth[0]?.[1] ?? 0;
  for (const [since, grown] of growth) if (isFrom(since, release)) number = grown;
  answers.set(growth, number);
  return number;
}

/** Answers of `isFrom`. */
const known = new Map<string, boolean>();

/** Whether a release is of a series or of a later one; `v2-series` is older than all. */
export function isFrom(since: string, release: string): boolean {
  const asked = `${since} ${release}`;
  const answer = known.get(asked);
  if (answer !== undefined) return answer;
  const version = versionOf(release);
  const isReached = version !== undefined && reaches({ since }, version);
  known.set(asked, isReached);
  return isReached;
}
