/**
 * The gates that stand before a bpf command (semantics §18, §5 row 3; `__sys_bpf`): the sysctl
 * `unprivileged_bpf_disabled`, and CAP_NET_ADMIN on kernels without CAP_BPF.
 */
import { bpfCapable, type Caller, has, netAdminCapable } from './caller.ts';
import { refusal } from './decision.ts';
import type { Refusal } from './outcome.ts';

/** Up to 5.18: every command is shut for those without CAP_BPF (CAP_SYS_ADMIN up to 5.7). */
export function gate(caller: Caller): Refusal | undefined {
  const { boot, switches } = caller.kernel;
  const sysctl = boot.config.unprivileged_bpf_disabled;
  if (!switches.gate_shuts_all_commands || sysctl === 0 || bpfCapable(caller)) return undefined;
  return refusal('EPERM', 'unprivileged-bpf-disabled', { sysctl });
}

/** PROG_LOAD and MAP_CREATE: what the sysctl leaves to callers without CAP_BPF is nothing. */
export function creationGate(caller: Caller): Refusal | undefined {
  const sysctl = caller.kernel.boot.config.unprivileged_bpf_disabled;
  if (sysctl === 0 || bpfCapable(caller)) return undefined;
  return refusal('EPERM', 'unprivileged-bpf-disabled', { sysctl });
}

/** Commands that want CAP_NET_ADMIN before anything else is looked at. */
export function netAdminFirst(caller: Caller, call: string): Refusal | undefined {
  if (netAdminCapable(caller)) return undefined;
  return refusal('EPERM', 'needs-net-admin', { call });
}

/** Id walks and fetching by id. */
export function sysAdminOnly(caller: Caller, call: string): Refusal | undefined {
  if (has(caller, 'sys_admin')) return undefined;
  return refusal('EPERM', 'needs-sys-admin', { call });
}
