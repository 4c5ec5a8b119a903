/** A sighting as a line for people. */
import type { SightingLine } from '../domain/observed/sighting.ts';

/** What was seen, or why something could not be. */
export function sightingText({ call, pid }: SightingLine): string {
  if (call.name === 'lost') return `the record has a hole: ${call.cause ?? 'nobody says why'}`;
  const { name, ...what } = call;
  return `${name} ${JSON.stringify(what)}${pid === undefined ? '' : ` of process ${pid}`}`;
}
