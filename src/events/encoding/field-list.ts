/**
 * Records as positional lists: the fields in their declared order, absent ones `null`, trailing
 * absent ones cut off. A declared order only grows at its end.
 */
import { countText } from '../../domain/count-text.ts';
import { type FieldCoder, isPlain, type Json, UnreadableEvent } from './field-coder.ts';
import { sameJson } from './same-json.ts';

type KeyOfAny<T> = T extends unknown ? keyof T : never;
type FieldOfAny<T, K extends PropertyKey> = T extends { readonly [_ in K]?: infer V }
  ? Exclude<V, undefined>
  : never;

/** A coder for each field of `T`, all members of a union included; no more and no fewer. */
export type FieldCoders<T> = { readonly [K in KeyOfAny<T>]: FieldCoder<FieldOfAny<T, K>> };

/** The fields of `T` in the order in which they are written. */
export interface FieldList<T> {
  readonly names: readonly string[];
  /** By index of the name. */
  readonly coders: readonly FieldCoder<unknown>[];
  /** Adds the record's fields to `written`. */
  readonly write: (record: T, written: Json[]) => void;
  /** Reads the fields that stand in `written` from `start` on into `record`. */
  readonly read: (written: readonly Json[], start: number, record: Record<string, unknown>) => void;
  /** Whether `write` gives these fields, which stand from `start` on, for what `read` makes of them. */
  readonly isCanonical: (written: readonly Json[], start: number) => boolean;
}

/** The order of the fields is that in which `coders` are written down. */
export function fieldList<T>(coders: FieldCoders<T>): FieldList<T> {
  const names = Object.keys(coders);
  const byIndex = Object.values(coders) as FieldCoder<unknown>[];
  /** By index; undefined for a field that stands as it is. */
  const translated = byIndex.map((coder) => (isPlain(coder) ? undefined : coder));
  return {
    names,
    coders: byIndex,
    write(record, written) {
      let absent = 0;
      for (let i = 0; i < names.length; i++) {
        const value = (record as Record<string, unknown>)[names[i] as string];
        if (value === undefined) {
          absent++;
          continue;
        }
        for (; absent > 0; absent--) written.push(null);
        written.push((byIndex[i] as FieldCoder<unknown>).encode(value));
      }
    },
    read(written, start, record) {
      if (written.length - start > names.length) {
        throw new UnreadableEvent(
          `${countText(written.length - start, 'field')} where ${names.length} are known`,
        );
      }
      for (let i = start; i < written.length; i++) {
        const json = written[i] as Json;
        if (json === null) continue;
        record[names[i - start] as string] = (byIndex[i - start] as FieldCoder<unknown>).decode(
          json,
        );
      }
    },
    isCanonical(written, start) {
      if (written.length > start && written[written.length - 1] === null) return false;
      for (let i = start; i < written.length; i++) {
        const json = written[i] as Json;
        const coder = translated[i - start];
        if (coder === undefined || json === null) continue;
        if (!sameJson(coder.encode(coder.decode(json)), json)) return false;
      }
      return true;
    },
  };
}
