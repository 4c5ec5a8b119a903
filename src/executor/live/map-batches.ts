/** The commands on many elements of maps, on a live kernel. */
import type { CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { Attr } from '../../native/attr.ts';
import { BATCH } from '../../native/attr-fields.ts';
import { bpf } from './bpf.ts';
import { failWith, type LiveCaller, type MapForm, succeed } from './live-kernel.ts';
import { fdBuffer, formAt, keyBytes, keyOf, valueBuffer } from './map-calls.ts';
import { realFd } from './process.ts';

/** Of a token that says where a look ended: a bucket, or an index; of a trie, it is a whole key. */
const TOKEN_BYTES = 16;

export function mapChangeBatch(
  caller: LiveCaller,
  call: CallOf<'map_update_batch'> | CallOf<'map_delete_batch'>,
): Decision {
  const form = formAt(caller, call.map_fd);
  const keys = call.keys.map((key) => shorten(keyBytes(caller.live, form, key), form.key_size));
  const values = call.name === 'map_update_batch' ? call.values : [];
  const attr = attrOf(caller, call)
    .u32(BATCH.count, call.keys.length)
    .pointer(BATCH.keys, Buffer.concat(keys))
    .pointer(BATCH.values, Buffer.concat(values.map((value) => valueIn(caller, form, value))));
  const answered = bpf(caller, call.name, attr);
  const batch = { count: attr.readU32(BATCH.count) };
  if ('errno' in answered) {
    // Until the kernel comes to the elements, the count is the caller's.
    return failWith(answered.errno, batch.count < call.keys.length ? { batch } : undefined);
  }
  return succeed([], 0, call.keys.length === 0 ? undefined : { batch });
}

export function mapLookupBatch(
  caller: LiveCaller,
  call: CallOf<'map_lookup_batch'> | CallOf<'map_lookup_and_delete_batch'>,
): Decision {
  const { count = 0, in_batch } = call;
  const form = formAt(caller, call.map_fd);
  const size = valueIn(caller, form, 0).length;
  const [keys, values] = [Buffer.alloc(count * form.key_size), Buffer.alloc(count * size)];
  const token = Math.max(TOKEN_BYTES, form.key_size);
  const [from, to] = [Buffer.alloc(token), Buffer.alloc(token)];
  from.writeUInt32LE(in_batch ?? 0, 0);
  const attr = attrOf(caller, call)
    .u32(BATCH.count, count)
    .pointer(BATCH.in_batch, in_batch === undefined ? undefined : from)
    .pointer(BATCH.out_batch, to)
    .pointer(BATCH.keys, keys)
    .pointer(BATCH.values, values);
  const answered = bpf(caller, call.name, attr);
  const told = attr.readU32(BATCH.count);
  const at = (bytes: Buffer, i: number, each: number) => bytes.subarray(i * each, (i + 1) * each);
  const elements = Array.from({ length: told }, (_, i) => {
    const key = keyOf(caller.live, form, Buffer.from(at(keys, i, form.key_size)));
    const word = Buffer.alloc(8);
    at(values, i, size).copy(word, 0, 0, 8);
    const value = Number(word.readBigUInt64LE(0));
    return { key, value: form.held === undefined ? value : caller.live.ids.idOf(form.held, value) };
  });
  // A trie has an order, and a hash has none.
  if (!form.trie) elements.sort((a, b) => Number(a.key) - Number(b.key));
  const batch = {
    count: told,
    keys: elements.map(({ key }) => key),
    values: elements.map(({ value }) => value),
  };
  const ended = 'errno' in answered && answered.errno === 'ENOENT';
  if ('errno' in answered) return failWith(answered.errno, ended ? { batch } : undefined);
  return succeed([], 0, count === 0 ? undefined : { batch });
}

function attrOf(
  { process, live }: LiveCaller,
  call: Pick<CallOf<'map_delete_batch'>, 'map_fd' | 'elem_flags' | 'flags' | 'attr_size'>,
): Attr {
  return new Attr(live.kernel, call.attr_size)
    .u32(BATCH.map_fd, realFd(process, call.map_fd))
    .u64(BATCH.elem_flags, call.elem_flags ?? 0)
    .u64(BATCH.flags, call.flags ?? 0);
}

/** The bytes of one value, as they lie side by side. */
function valueIn(caller: LiveCaller, form: MapForm, value: number): Buffer {
  if (form.held !== undefined) {
    return shorten(fdBuffer(realFd(caller.process, value % 2 ** 32)), form.value_size);
  }
  const bytes = valueBuffer(form, value);
  return form.percpu ? bytes : shorten(bytes, form.value_size);
}

function shorten(bytes: Buffer, size: number): Buffer {
  return bytes.subarray(0, size);
}
