/**
 * The gates that stand before a bpf command (semantics §18, §5 row 3; `__sys_bpf`): the sysctl
 * `unprivileged_bpf_disabled`, and CAP_NET_ADMIN on kernels without CAP_BPF.
 */
import { bpfCapable, type Caller, has, netAdminCapable } from './caller.ts';
import { refusal } from './decision.ts';
import { HOSTS_NAMESPACE } from './namespace-row.ts';
import type { Refusal } from './outcome.ts';

/** Bytes of an attr that the kernel looks at: one page (`bpf_check_uarg_tail_zero`). */
const ATTR_BYTES_MAX = 4096;

/**
 * What every command asks first. Up to 5.18 it is shut for those without CAP_BPF (CAP_SYS_ADMIN up to
 * 5.7); then its attr may not be larger than a page.
 *
 * @param attrSize bytes of the attr; absent means that it is whole and no larger
 */
export function gate(caller: Caller, attrSize: number | undefined): Refusal | undefined {
  const { sysctls, switches } = caller.kernel;
  const sysctl = sysctls.unprivileged_bpf_disabled;
  if (switches.gate_shuts_all_commands && sysctl !== 0 && !bpfCapable(caller)) {
    return refusal('EPERM', 'unprivileged-bpf-disabled', { sysctl });
  }
  if (attrSize === undefined || attrSize <= ATTR_BYTES_MAX) return undefined;
  return refusal('E2BIG', 'attr-too-large', { attr_size: attrSize, limit: ATTR_BYTES_MAX });
}

/**
 * PROG_LOAD and MAP_CREATE: what the sysctl leaves to callers without CAP_BPF is nothing.
 *
 * @param user the user namespace in which it is asked
 */
export function creationGate(caller: Caller, user: number): Refusal | undefined {
  const sysctl = caller.kernel.sysctls.unprivileged_bpf_disabled;
  if (sysctl === 0 || bpfCapable(caller, user)) return undefined;
  return refusal('EPERM', 'unprivileged-bpf-disabled', { sysctl });
}

/** Commands that want CAP_NET_ADMIN before anything else is looked at. */
export function netAdminFirst(caller: Caller, call: string): Refusal | undefined {
  if (netAdminCapable(caller)) return undefined;
  return refusal('EPERM', 'needs-net-admin', { call });
}

/** Id walks and fetching by id. */
export function sysAdminOnly(
  caller: Caller,
  call: string,
  user = HOSTS_NAMESPACE,
): Refusal | undefined {
  if (has(caller, 'sys_admin', user)) return undefined;
  return refusal('EPERM', 'needs-sys-admin', { call });
}
