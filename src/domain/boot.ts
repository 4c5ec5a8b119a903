/** The start of a kernel's life: the state before the first boot, and the fact of a boot. */
import type { EffectOf } from './effect.ts';
import { evolve } from './evolve.ts';
import { emptyTables, type Kernel } from './kernel.ts';
import { FIRST_NAMESPACE } from './namespace-row.ts';
import { BOOT_PID, type BootConfig, DEFAULT_CONFIG } from './release/config.ts';
import { releaseOf } from './release/release.ts';
import { SERIES } from './release/version.ts';

/** A machine that was never switched on: boot 0, without processes. */
export function emptyKernel(): Kernel {
  const release = SERIES.at(-1) ?? '';
  const switches = releaseOf(release)?.switches;
  if (switches === undefined) throw new Error(`no switches for ${release}`);
  const ids = { pid: 0, file: 0, prog: 0, link: 0, map: 0, btf: 0, cgroup: 0 };
  const counters = { ...ids, namespace: FIRST_NAMESPACE };
  const boot = { number: 0, boot_id: '', release, config: DEFAULT_CONFIG };
  const { unprivileged_bpf_disabled } = DEFAULT_CONFIG;
  const sysctls = { unprivileged_bpf_disabled };
  return { boot, sysctls, switches, counters, contents: 0, ...emptyTables() };
}

/**
 * The fact that a host booted.
 *
 * @param kernel the state before
 * @param release canonical id of a known release
 * @param config what differs from the defaults
 */
export function bootEffect(
  kernel: Kernel,
  boot: {
    readonly release: string;
    readonly boot_id: string;
    readonly config?: Partial<BootConfig>;
  },
): EffectOf<'Booted'> {
  const { release, boot_id } = boot;
  const config = { ...DEFAULT_CONFIG, ...boot.config };
  return { type: 'Booted', boot: kernel.boot.number + 1, boot_id, release, config };
}

/**
 * A kernel right after its first boot.
 *
 * @param release canonical id of a known release
 * @param config what differs from the defaults
 */
export function boot(release: string, config: Partial<BootConfig> = {}): Kernel {
  const kernel = emptyKernel();
  evolve(kernel, bootEffect(kernel, { release, boot_id: '', config }), BOOT_PID);
  return kernel;
}
