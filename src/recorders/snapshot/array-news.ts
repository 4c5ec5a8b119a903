/**
 * What is told of arrays that are not what the log derives: each once, and again when it is another
 * or is over. What was told is in the log, as the causes of its holes; so they are written here and
 * read here.
 */
import { countText } from '../../domain/count-text.ts';
import type { SightingLine } from '../../domain/observed/sighting.ts';
import type { ArrayPlace, ComparedArrays, OtherArray } from './effective-arrays.ts';

/** Arrays that are told one by one; of the others there is their number. */
const TOLD_MAX = 10;
/** Programs that are named of an array, and bytes of a cause (`CAUSE_BYTES_MAX` of the service is 200). */
const PROGS_MAX = 3;
const CAUSE_CHARS = 200;
/** Of a path that is cut the end is told: it says most. */
const CUT = '...';

const TOLD = /^on (.+) for (\S+) the kernel runs (.+)$/;
const AS_DERIVED = 'what the log derives';
const MORE = /^\d+ more arrays? (?:is|are) not what the log derives$/;

/** What the log says of one array: the last of it. */
interface ToldArray {
  readonly path: string;
  readonly type: string;
  readonly cause: string;
  readonly isOver: boolean;
}

/** @param told the causes of the holes of this boot, in their order */
export function arrayNews(
  { others, unasked }: ComparedArrays,
  told: readonly string[],
): SightingLine[] {
  const known = readTold(told);
  const causes = others.slice(0, TOLD_MAX).flatMap((array) =>
    news(
      array,
      known.find((one) => isOf(one, array)),
    ),
  );
  for (const { path, type, isOver } of known) {
    const isThere = (place: ArrayPlace) => isOf({ path, type }, place);
    if (isOver || others.some(isThere) || unasked.some(isThere)) continue;
    causes.push(`on ${path} for ${type} the kernel runs ${AS_DERIVED}`);
  }
  const more = moreCause(Math.max(0, others.length - TOLD_MAX));
  if (more !== (told.findLast((cause) => MORE.test(cause)) ?? moreCause(0))) causes.push(more);
  return causes.map((cause) => ({ call: { name: 'lost', cause } }));
}

function news(array: OtherArray, known: ToldArray | undefined): string[] {
  const cause = causeOf(array);
  return known?.cause === cause ? [] : [cause];
}

function moreCause(more: number): string {
  return `${countText(more, 'more array is', 'more arrays are')} not what the log derives`;
}

function readTold(told: readonly string[]): ToldArray[] {
  const known: ToldArray[] = [];
  for (const cause of told) {
    const [, path, type, runs] = TOLD.exec(cause) ?? [];
    if (path === undefined || type === undefined) continue;
    const before = known.findIndex((one) => one.type === type && isSamePath(one.path, path));
    if (before >= 0) known.splice(before, 1);
    known.push({ path, type, cause, isOver: runs === AS_DERIVED });
  }
  return known;
}

function isOf({ path, type }: Pick<ToldArray, 'path' | 'type'>, place: ArrayPlace): boolean {
  return type === String(place.attach_type) && isSamePath(path, plain(place.cgroup));
}

/** How much of a path is told depends on what is told beside it. */
function isSamePath(one: string, other: string): boolean {
  const [longer, shorter] = one.length < other.length ? [other, one] : [one, other];
  if (longer === shorter) return true;
  return shorter.startsWith(CUT) && longer.endsWith(shorter.slice(CUT.length));
}

function causeOf({ cgroup, attach_type, runs, derived }: OtherArray): string {
  const end = ` for ${attach_type} the kernel runs ${idList(runs)} where the log derives ${idList(derived)}`;
  const path = plain(cgroup);
  const room = CAUSE_CHARS - 'on '.length - end.length;
  return `on ${path.length > room ? `${CUT}${path.slice(CUT.length - room)}` : path}${end}`;
}

/** A cause has no other characters. */
function plain(path: string): string {
  return path.replace(/[^\x20-\x7e]/g, '?');
}

function idList(progs: readonly number[]): string {
  if (progs.length === 0) return 'nothing';
  const named = progs.slice(0, PROGS_MAX).join(' ');
  return progs.length > PROGS_MAX ? `${named} and ${progs.length - PROGS_MAX} more` : named;
}
