/**
 * BTF objects (semantics §28; `btf_alloc_id`, `btf_put` in kernel/bpf/btf.c). Types that were loaded live
 * as long as an fd, a program or a map holds them, and go with the last of these. The kernel's own and
 * those of its modules stay: they have the first ids.
 */
import { NO_IDS } from './ids.ts';
import type { Kernel } from './kernel.ts';

/**
 * The first type of a kernel: an integer in every build, for pahole writes what others are made of first.
 * Loaders ask for it where they want a refusal that tells of a feature (libbpf's probes).
 */
export const FIRST_TYPE = 1;

/** How many BTF objects the kernel and its modules have: their ids are 1 to this. */
export function kernelsBtfs({ boot, switches }: Pick<Kernel, 'boot' | 'switches'>): number {
  return boot.config.kernel_btfs ?? (switches.kernel_btf_has_id ? 1 : 0);
}

/** Whether BTF is the kernel's own, or a module's. */
export function isKernelsBtf(kernel: Kernel, id: number): boolean {
  return id > 0 && id <= kernelsBtfs(kernel);
}

/** What an object holds of the BTF objects that it was made with: each once, without the kernel's own. */
export function heldBtf(kernel: Kernel, ids: readonly number[]): readonly number[] {
  if (ids.length === 0) return NO_IDS;
  const held = new Set(ids.filter((id) => id !== 0 && !isKernelsBtf(kernel, id)));
  return held.size === 0 ? NO_IDS : [...held];
}
