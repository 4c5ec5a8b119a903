/** The switches of a kernel, read off it by a few calls each. */
import type { Switches, SwitchName } from '../../domain/release/switches.ts';
import { NotMeasured, ProbeBench, type ProbedKernel } from './bench.ts';
import type { Probe } from './probe.ts';
import { ATTR_PROBES } from './probes/attr.ts';
import { LINK_PROBES } from './probes/link.ts';
import { LIST_PROBES } from './probes/list.ts';
import { OBJECT_PROBES } from './probes/object.ts';
import { PRIVILEGE_PROBES } from './probes/privilege.ts';

/** Every switch has its probe. */
const PROBES: { readonly [N in SwitchName]: Probe<Switches[N]> } = {
  ...ATTR_PROBES,
  ...LINK_PROBES,
  ...LIST_PROBES,
  ...OBJECT_PROBES,
  ...PRIVILEGE_PROBES,
};

export interface Measured {
  /** What the kernel showed. */
  readonly switches: Partial<Switches>;
  /** Why it did not show the others. */
  readonly not_measured: Partial<Record<SwitchName, string>>;
}

/**
 * Probes a kernel. The objects that are made for it stay until the kernel's machine is closed.
 *
 * @param assumed the switches of the release that it is taken for
 * @throws Error when the machine itself fails
 */
export async function measureSwitches(kernel: ProbedKernel, assumed: Switches): Promise<Measured> {
  const bench = new ProbeBench(kernel);
  const switches: Partial<Record<SwitchName, unknown>> = {};
  const not_measured: Partial<Record<SwitchName, string>> = {};
  for (const name of Object.keys(PROBES) as SwitchName[]) {
    try {
      switches[name] = await PROBES[name](bench, assumed);
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      not_measured[name] = error.message;
    }
  }
  return { switches: switches as Partial<Switches>, not_measured };
}

/** The measured switches that differ from those of a release. */
export function differing(measured: Partial<Switches>, assumed: Switches): Partial<Switches> {
  const names = Object.keys(measured) as SwitchName[];
  const others = names.filter((name) => measured[name] !== assumed[name]);
  return Object.fromEntries(others.map((name) => [name, measured[name]]));
}
