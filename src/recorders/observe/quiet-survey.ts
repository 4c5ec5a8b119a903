/**
 * A survey of a kernel that changes meanwhile: it is whole when nothing was observed while it was
 * taken. What was observed before it is in it already, what is observed after it follows it.
 */
import type { KernelSnapshot } from '../snapshot/snapshot.ts';

/** Surveys that are tried before one is taken as it is. */
const TRIES = 10;

export interface Surveyed {
  readonly snapshot: KernelSnapshot;
  /** What was observed after it, in order; while it was taken, too, when it is not quiet. */
  readonly after: readonly string[];
  readonly isQuiet: boolean;
  readonly tries: number;
}

export interface Watched {
  /** Lines that were observed and not taken yet. */
  takeLines(): readonly string[];
  /** Waits until the collector has told of all that happened up to now. */
  settle(): Promise<void>;
  survey(): KernelSnapshot;
}

/** Takes a survey during which nothing was observed; the last one that was tried, when none was. */
export async function quietSurvey({ takeLines, settle, survey }: Watched): Promise<Surveyed> {
  for (let tries = 1; ; tries++) {
    await settle();
    takeLines();
    const began = Date.now();
    const snapshot = survey();
    await settle();
    const lines = takeLines();
    const end = Date.parse(snapshot.at);
    // Lines before it came late, and are in it.
    const since = lines.filter((line) => timeOf(line) >= began);
    const after = since.filter((line) => timeOf(line) > end);
    const isQuiet = after.length === since.length;
    if (isQuiet || tries === TRIES) {
      return { snapshot, after: isQuiet ? after : since, isQuiet, tries };
    }
  }
}

function timeOf(line: string): number {
  const { at } = JSON.parse(line) as { readonly at?: string };
  return at === undefined ? Number.POSITIVE_INFINITY : Date.parse(at);
}
