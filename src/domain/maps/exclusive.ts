/** Maps for one program alone, by the hash of its instructions (6.18; `map_create`). */
import type { Calls } from '../call.ts';
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';

type Exclusive = Pick<Calls['map_create'], 'excl_prog_hash' | 'excl_prog_hash_size'>;

/** Where the fields lie. */
const HASH_OFFSET = 80;
const HASH_SIZE_OFFSET = 88;
/** Bytes of SHA-256. */
const HASH_BYTES = 32;

/** Kernels without such maps end the command before the fields (`CHECK_ATTR`). */
export function pastExclusive(switches: Switches, call: Exclusive): Refusal | undefined {
  const { excl_prog_hash = false, excl_prog_hash_size = 0 } = call;
  if (switches.excl_prog_hash || (!excl_prog_hash && excl_prog_hash_size === 0)) return undefined;
  const last_byte = excl_prog_hash_size === 0 ? HASH_OFFSET : HASH_SIZE_OFFSET;
  return refusal('EINVAL', 'bytes-after-last-field', { last_byte });
}

/** The last thing that is looked at; which program has the hash, is not told here. */
export function badExclusive(call: Exclusive): Refusal | undefined {
  const { excl_prog_hash = false, excl_prog_hash_size = 0 } = call;
  if (excl_prog_hash && excl_prog_hash_size === HASH_BYTES) {
    return refusal('ENOTSUPP', 'not-modelled', { what: 'a map for one program alone' });
  }
  if (!excl_prog_hash && excl_prog_hash_size === 0) return undefined;
  const hash = excl_prog_hash ? 'a hash' : 'no hash';
  return refusal('EINVAL', 'exclusive-hash', { excl_prog_hash_size, hash });
}
