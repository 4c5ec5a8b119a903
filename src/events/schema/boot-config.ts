/** What a boot fixes beside its release: first ids, sysctls, and switches of a custom build. */
import { z } from 'zod';
import { CONTROLLERS } from '../../domain/controller-names.ts';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import { SWITCH_SPECS } from '../../domain/release/boundaries.ts';
import { CGROUP_ID_MAX, NR_OPEN } from '../../domain/release/config.ts';
import type { Switches } from '../../domain/release/switches.ts';
import { u32, u64 } from './numbers.ts';
import { strictObject } from './strict-object.ts';

/** Program, link and map ids are positive and below 2^31 - 1. */
const firstId = z
  .int()
  .min(1)
  .max(2 ** 31 - 2);
const cgroupId = u64.min(1);
const KERNEL_BTFS_MAX = 10_000;
const PID_MAX = 2 ** 22;

/** A value of the kind that the switch has in the delta table. */
function switchValue(sample: unknown): z.ZodType {
  if (typeof sample === 'boolean') return z.boolean();
  if (typeof sample === 'number') return u32;
  return z.enum(Object.keys(ERRNO_NUMBERS) as Errno[]);
}

const switchFields = Object.fromEntries(
  Object.entries(SWITCH_SPECS).map(([name, { boundaries }]) => [
    name,
    switchValue(boundaries[0].value).optional(),
  ]),
);

/** Switches of a host that differ from its release. */
const switches = (strictObject(switchFields) as unknown as z.ZodType<Partial<Switches>>).meta({
  id: 'Switches',
});

const fields = {
  root_cgroup_id: cgroupId,
  first_cgroup_id: cgroupId,
  first_prog_id: firstId,
  first_link_id: firstId,
  first_map_id: firstId,
  first_pid: z.int().min(2).max(PID_MAX),
  unprivileged_bpf_disabled: z.int().min(0).max(2),
  nofile: u32,
};

/** A kernel has one, and each of its modules. */
const kernelBtfs = z.int().min(0).max(KERNEL_BTFS_MAX).exactOptional();
/** Bytes; -1 is none. */
const memlock = z.int().min(-1).exactOptional();

/** Whether the roots of cgroup namespaces bound what is delegated. */
const nsdelegate = z.literal(true).exactOptional();

/** Controllers of the root of the hierarchy. */
const controllers = z.array(z.enum(CONTROLLERS)).max(CONTROLLERS.length).readonly().exactOptional();

type AllOptional<S> = {
  [F in keyof S]: S[F] extends z.ZodType ? z.ZodExactOptional<S[F]> : never;
};

function allOptional<S extends Readonly<Record<string, z.ZodType>>>(shape: S): AllOptional<S> {
  const optional = Object.entries(shape).map(([name, field]) => [name, field.exactOptional()]);
  return Object.fromEntries(optional) as AllOptional<S>;
}

/** A boot's configuration as the ledger holds it. */
export const bootConfig = strictObject({
  ...fields,
  kernel_btfs: kernelBtfs,
  memlock,
  cgroup_nsdelegate: nsdelegate,
  cgroup_controllers: controllers,
  switches: switches.exactOptional(),
}).meta({
  id: 'BootConfig',
});

/** A boot's configuration in a request: a field that is left out stays as before, or has its default. */
export const bootConfigRequest = strictObject({
  ...allOptional({
    ...fields,
    root_cgroup_id: fields.root_cgroup_id.max(CGROUP_ID_MAX),
    first_cgroup_id: fields.first_cgroup_id.max(CGROUP_ID_MAX),
    nofile: fields.nofile.max(NR_OPEN),
  }),
  kernel_btfs: kernelBtfs,
  memlock,
  cgroup_nsdelegate: nsdelegate,
  cgroup_controllers: controllers,
  switches: switches.exactOptional(),
}).meta({ id: 'BootConfigRequest' });
