/**
 * Records as positional lists: the fields in their declared order, absent ones `null`, trailing
 * absent ones cut off. A declared order only grows at its end.
 */
import { type FieldCoder, type Json, UnreadableEvent } from './field-coder.ts';

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
  /** Adds the record's fields to `list`. */
  readonly write: (record: T, list: Json[]) => void;
  /** Reads the fields that stand in `list` from `start` on into `record`. */
  readonly read: (list: readonly Json[], start: number, record: Record<string, unknown>) => void;
}

/** The order of the fields is that in which `coders` are written down. */
export function fieldList<T>(coders: FieldCoders<T>): FieldList<T> {
  const fields = Object.entries(coders) as [string, FieldCoder<unknown>][];
  return {
    names: fields.map(([name]) => name),
    coders: fields.map(([, coder]) => coder),
    write(record, list) {
      let length = list.length;
      for (const [name, coder] of fields) {
        const value = (record as Record<string, unknown>)[name];
        list.push(value === undefined ? null : coder.encode(value));
        if (value !== undefined) length = list.length;
      }
      list.length = length;
    },
    read(list, start, record) {
      if (list.length - start > fields.length) {
        throw new UnreadableEvent(`${list.length - start} fields where ${fields.length} are known`);
      }
      for (let i = start; i < list.length; i++) {
        const json = list[i] as Json;
        const [name, coder] = fields[i - start] as [string, FieldCoder<unknown>];
        if (json !== null) record[name] = coder.decode(json);
      }
    },
  };
}
