/** Writes to cgroup.subtree_control (`cgroup_subtree_control_write`; semantics §17). */
import type { Caller } from '../caller.ts';
import { controllerBits, controllerNames, isController, OF_THREADS } from '../controller-names.ts';
import { availableTo, isHandedOn } from '../controllers.ts';
import { type Decision, isRefused, refusal, refuse, succeed } from '../decision.ts';
import type { Cgroup, Kernel } from '../kernel.ts';
import type { Refusal } from '../outcome.ts';
import { canBeThreadRoot, domainOf, isThreadRoot, isValidDomain } from '../threaded.ts';

interface Asked {
  readonly enable: number;
  readonly disable: number;
}

export function setControllers({ kernel }: Caller, cgroup: Cgroup, value: string): Decision {
  const available = availableTo(kernel, cgroup);
  const path = `${cgroup.path === '/' ? '' : cgroup.path}/cgroup.subtree_control`;
  if (available === undefined) {
    return refuse(refusal('ENOTSUPP', 'not-modelled', { what: `a write to ${path}` }));
  }
  const asked = parseAsked(kernel, path, value);
  if (isRefused(asked)) return refuse(asked);
  const enable = asked.enable & ~cgroup.controllers;
  const disable = asked.disable & cgroup.controllers;
  const refused =
    neitherThereNorFree(kernel, cgroup, { enable, disable, available }) ??
    mayNotHandOn(kernel, cgroup, enable);
  if (refused !== undefined) return refuse(refused);
  if (enable === 0 && disable === 0) return succeed();
  const controllers = controllerNames((cgroup.controllers | enable) & ~disable);
  return succeed([{ type: 'CgroupControllersSet', cgroup_id: cgroup.id, controllers }]);
}

/** The last word about each controller counts. */
function parseAsked(kernel: Kernel, path: string, value: string): Asked | Refusal {
  let [enable, disable] = [0, 0];
  for (const token of value.trim().split(' ')) {
    if (token === '') continue;
    const [sign, name] = [token[0], token.slice(1)];
    if (!isController(name) || (sign !== '+' && sign !== '-')) {
      return refusal('EINVAL', 'value-not-taken', { path, value });
    }
    // It may not be built, or belong to a hierarchy of its own: the one is EINVAL, the other ENOENT.
    if (sign === '+' && !(kernel.boot.config.cgroup_controllers ?? []).includes(name)) {
      const what = `a controller that cgroup_controllers of the boot does not name (${name})`;
      return refusal('ENOTSUPP', 'not-modelled', { what });
    }
    const bit = controllerBits([name]);
    enable = sign === '+' ? enable | bit : enable & ~bit;
    disable = sign === '-' ? disable | bit : disable & ~bit;
  }
  return { enable, disable };
}

/** In the order of the controllers: one is not handed down to the cgroup, or is used below it. */
function neitherThereNorFree(
  kernel: Kernel,
  cgroup: Cgroup,
  { enable, disable, available }: Asked & { readonly available: number },
): Refusal | undefined {
  const { path } = cgroup;
  for (const controller of controllerNames(enable | disable)) {
    const bit = controllerBits([controller]);
    if ((enable & ~available & bit) !== 0) {
      return refusal('ENOENT', 'controller-not-available', { path, controller });
    }
    if ((disable & bit) !== 0 && isHandedOn(kernel, cgroup, bit)) {
      return refusal('EBUSY', 'controller-in-use-below', { path, controller });
    }
  }
  return undefined;
}

/** `cgroup_vet_subtree_control_enable`: who has processes shares nothing out but among threads. */
function mayNotHandOn(kernel: Kernel, cgroup: Cgroup, enable: number): Refusal | undefined {
  if (enable === 0) return undefined;
  const { path } = cgroup;
  if (!isValidDomain(kernel, domainOf(kernel, cgroup))) {
    return refusal('EOPNOTSUPP', 'cgroup-domain-invalid', { path });
  }
  if (cgroup.parent_id === 0) return undefined;
  if ((enable & ~OF_THREADS) !== 0) {
    if (cgroup.threaded || isThreadRoot(cgroup)) {
      return refusal('EOPNOTSUPP', 'controllers-not-for-threads', { path });
    }
  } else if (cgroup.threaded || canBeThreadRoot(kernel, cgroup)) {
    return undefined;
  }
  if (cgroup.processes === 0) return undefined;
  return refusal('EBUSY', 'cgroup-has-processes', { path });
}
