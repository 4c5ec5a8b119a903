/** The fields of PROG_LOAD that not every modelled kernel has, and the one that no model can look at. */
import type { Calls } from '../call.ts';
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';
import { hasTokens } from '../tokens.ts';

type ProgLoad = Calls['prog_load'];

/**
 * Fields that this kernel does not know: behind its attr (`bpf_check_uarg_tail_zero`), or behind the
 * last field of the command (`CHECK_ATTR`). Those of the other commands lie within every attr. Nearly
 * no load passes one, so they are looked at one by one, in the order in which they lie in the attr.
 */
export function unknownFields(switches: Switches, call: ProgLoad): Refusal | undefined {
  let last_byte = 0;
  let isPast = false;
  if (call.fd_array !== undefined) {
    last_byte = 120;
    isPast ||= !switches.fd_array;
  }
  if ((call.log_true_size ?? 0) !== 0) {
    last_byte = 140;
    isPast ||= !switches.rotating_log;
  }
  if ((call.prog_token_fd ?? 0) !== 0) {
    last_byte = 144;
    isPast ||= !hasTokens(switches);
  }
  if ((call.fd_array_cnt ?? 0) !== 0) {
    last_byte = 148;
    isPast ||= !switches.fd_array_cnt;
  }
  // They came with the bytes (6.18).
  if (call.signature === true) last_byte = 152;
  if ((call.signature_size ?? 0) !== 0) last_byte = 160;
  if ((call.keyring_id ?? 0) !== 0) last_byte = 164;
  const { attr_bytes } = switches;
  if (last_byte >= attr_bytes) return refusal('E2BIG', 'bytes-after-attr', { attr_bytes });
  return isPast ? refusal('EINVAL', 'bytes-after-last-field', { last_byte }) : undefined;
}

/**
 * A signature (`bpf_prog_verify_signature`): what is in it, and the keys of the machine, are not told
 * here. Without one its size and its keyring are not looked at.
 */
export function unverifiable({ signature }: ProgLoad): Refusal | undefined {
  if (signature !== true) return undefined;
  return refusal('ENOTSUPP', 'not-modelled', { what: 'the signature of a program' });
}
