/**
 * What the texts of somebody else's bundle would take in memory, weighed before they are parsed: a
 * line of 64 MiB may be nested lists, for which the parser takes gigabytes and seconds. Strings weigh
 * next to nothing beside the text that they are cut from.
 */
import { jsonMemory } from '../segment/json-memory.ts';

/** Texts up to this are parsed as they are, in bytes: nothing that is so short takes much. */
const LIGHT_BYTES = 4096;
/** Bytes of memory, about, of a line: a dozen fields. */
const LINE_MEMORY_MAX = 16 * 1024;
/** Of an event, in MiB: one that frees all that a host may hold has a million effects. */
export const EVENT_MEMORY_MIB_MAX = 128;

/** Whether a line has more values than any that is written. */
export function isHeavyLine(line: Uint8Array): boolean {
  return line.length > LIGHT_BYTES && jsonMemory(line, LINE_MEMORY_MAX) > LINE_MEMORY_MAX;
}

/** Whether the text of an event has more values than any that is recorded. */
export function isHeavyEvent(body: string): boolean {
  const max = EVENT_MEMORY_MIB_MAX * 1024 * 1024;
  return body.length > LIGHT_BYTES && jsonMemory(Buffer.from(body, 'utf8'), max) > max;
}
