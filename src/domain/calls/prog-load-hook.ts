/** What a program is attached to by BTF, and which kinds may sleep (`check_attach_btf_id`; semantics §7). */
import { withArticle } from '../article.ts';
import type { AttachType } from '../attach-type.ts';
import { FIRST_TYPE } from '../btf.ts';
import type { Caller } from '../caller.ts';
import { refusal } from '../decision.ts';
import { cgroupProgType } from '../fits.ts';
import { hasHooks } from '../lsm-hooks.ts';
import type { Refusal } from '../outcome.ts';
import type { ProgType } from '../prog-type.ts';

/** `BPF_F_SLEEPABLE`. */
const SLEEPABLE = 16;
export const NEEDS_BTF: readonly ProgType[] = ['tracing', 'lsm', 'ext'];

/**
 * Programs of LSM_CGROUP name their hook by BTF. Which functions are hooks, and that the program is under
 * the GPL, is not told here; what is attached to other functions is not modelled. A program of ext without
 * a target would replace a function of the kernel, whatever its id is; and the first type of a kernel is
 * a number, no function (`bpf_check_attach_target`, `check_struct_ops_btf_id`; the same from 5.7 to 7.3).
 */
export function refuseHook(
  { kernel }: Caller,
  { type, expected, id }: { type: ProgType; expected: AttachType; id: number },
): Refusal | undefined {
  if (type === 'ext') return refusal('EINVAL', 'replaces-kernel-function');
  if (type !== 'lsm' || !hasHooks(expected)) {
    if (id === FIRST_TYPE) return isNoHook(type, expected);
    return refusal('ENOTSUPP', 'not-modelled', {
      what: `${withArticle(`${type} program`)} with attach_btf_id`,
    });
  }
  if (cgroupProgType(kernel.switches, expected) === type) return undefined;
  return refusal('EINVAL', 'attach-type-unknown', { attach_type: expected });
}

function isNoHook(type: ProgType, expected: AttachType): Refusal {
  const of = (what: string) => ({ attach_btf_id: FIRST_TYPE, what });
  if (type === 'struct_ops')
    return refusal('ENOTSUPP', 'btf-id-is-no-hook', of('supported struct'));
  const what = expected === 'trace_raw_tp' ? 'typedef' : 'function';
  return refusal('EINVAL', 'btf-id-is-no-hook', of(what));
}

/** `attach_btf_id` is for those types alone that are attached by BTF. */
export function badBtfId(type: ProgType, id: number): Refusal | undefined {
  if (id === 0) return undefined;
  const isKnown = type === 'struct_ops' || NEEDS_BTF.includes(type);
  if (id > BTF_ID_MAX || !isKnown) {
    return refusal('EINVAL', 'btf-id-not-for-type', { attach_btf_id: id, prog_type: type });
  }
  return undefined;
}

/** `BTF_MAX_TYPE`. */
const BTF_ID_MAX = 0xfffff;

/**
 * Programs of other kinds (`check_attach_btf_id`): what they are attached to is told by BTF, which a
 * call does not pass here; and who may sleep.
 */
export function foreignKind(type: ProgType, flags: number): Refusal | undefined {
  if (type === 'struct_ops') return refusal('ENOTSUPP', 'load-needs-btf', { prog_type: type });
  if (type === 'syscall') {
    return (flags & SLEEPABLE) === 0
      ? refusal('EINVAL', 'sleepable-does-not-fit', { prog_type: type })
      : undefined;
  }
  if (NEEDS_BTF.includes(type)) return refusal('EINVAL', 'load-needs-btf', { prog_type: type });
  if ((flags & SLEEPABLE) === 0 || type === 'kprobe') return undefined;
  return refusal('EINVAL', 'sleepable-does-not-fit', { prog_type: type });
}
