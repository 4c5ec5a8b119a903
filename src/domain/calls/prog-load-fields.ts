/** The fields of PROG_LOAD that not every modelled kernel has, and the one that no model can look at. */
import type { Calls } from '../call.ts';
import { refusal } from '../decision.ts';
import type { Refusal } from '../outcome.ts';
import type { Switches } from '../release/switches.ts';
import { hasTokens } from '../tokens.ts';

type ProgLoad = Calls['prog_load'];

interface LateField {
  /** Where it lies in the attr. */
  readonly offset: number;
  /** Whether the call passes more than zeros in it. */
  readonly isPassed: (call: ProgLoad) => boolean;
  /** Whether the command of a kernel that has its bytes goes as far. */
  readonly isKnown: (switches: Switches) => boolean;
}

const always = () => true;
const LATE_FIELDS: readonly LateField[] = [
  {
    offset: 120,
    isPassed: ({ fd_array }) => fd_array !== undefined,
    isKnown: ({ fd_array }) => fd_array,
  },
  {
    offset: 140,
    isPassed: ({ log_true_size = 0 }) => log_true_size !== 0,
    isKnown: ({ rotating_log }) => rotating_log,
  },
  {
    offset: 144,
    isPassed: ({ prog_token_fd = 0 }) => prog_token_fd !== 0,
    isKnown: hasTokens,
  },
  {
    offset: 148,
    isPassed: ({ fd_array_cnt = 0 }) => fd_array_cnt !== 0,
    isKnown: ({ fd_array_cnt }) => fd_array_cnt,
  },
  // They came with the bytes (6.18).
  { offset: 152, isPassed: ({ signature }) => signature === true, isKnown: always },
  { offset: 160, isPassed: ({ signature_size = 0 }) => signature_size !== 0, isKnown: always },
  { offset: 164, isPassed: ({ keyring_id = 0 }) => keyring_id !== 0, isKnown: always },
];

/**
 * Fields that this kernel does not know: behind its attr (`bpf_check_uarg_tail_zero`), or behind the
 * last field of the command (`CHECK_ATTR`). Those of the other commands lie within every attr.
 */
export function unknownFields(switches: Switches, call: ProgLoad): Refusal | undefined {
  let last_byte = 0;
  let isPast = false;
  for (const { offset, isPassed, isKnown } of LATE_FIELDS) {
    if (!isPassed(call)) continue;
    last_byte = offset;
    isPast ||= !isKnown(switches);
  }
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
