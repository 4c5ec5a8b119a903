/** Schemas of the calls on maps and their elements. */
import { z } from 'zod';
import { u32, u64 } from './numbers.ts';
import { strictObject } from './strict-object.ts';
import { objectName } from './text.ts';
import { mapKey, type Vocabulary } from './vocabulary.ts';

export function mapCalls<V extends Vocabulary>(words: V) {
  const map_fd = (words.fd as V['fd']).exactOptional();
  const key = mapKey(words);
  return [
    strictObject({
      name: z.literal('map_create'),
      map_type: words.mapType as V['mapType'],
      key_size: u32.exactOptional(),
      value_size: u32.exactOptional(),
      max_entries: u32.exactOptional(),
      map_flags: u32.exactOptional(),
      map_name: objectName.exactOptional(),
    }),
    strictObject({ name: z.literal('map_freeze'), map_fd }),
    strictObject({ name: z.literal('map_lookup_elem'), map_fd, key }),
    strictObject({
      name: z.literal('map_update_elem'),
      map_fd,
      key,
      value: u64,
      flags: u32.exactOptional(),
    }),
    strictObject({
      name: z.literal('map_delete_elem'),
      map_fd,
      key,
      value: u64.exactOptional(),
    }),
    strictObject({ name: z.literal('map_get_next_key'), map_fd, key: key.exactOptional() }),
  ] as const;
}
