/** `?format=bpftool`: the JSON that bpftool prints, byte for byte, for scripts that read it. */
import type { Context } from 'hono';
import { z } from 'zod';
import type { Kernel, Program } from '../../domain/kernel.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { progType } from '../../events/schema/object-types.ts';
import { path } from '../../events/schema/text.ts';
import { cgroupShow, cgroupTree } from '../../projections/bpftool/cgroup-show.ts';
import { linksShow, loadTimes, progShow } from '../../projections/bpftool/object-show.ts';
import type { Moment } from '../../projections/moment.ts';
import type { MomentText } from '../../time-travel/moment.ts';
import type { AccessEnv } from '../guard/access.ts';
import { invalid, noSuchObject } from '../problem.ts';
import type { Service } from '../service.ts';
import { worldAt, worldInTurns } from './at.ts';
import type { HeavyAnswer } from './heavy-read.ts';
import { noSuchCgroup } from './no-such-cgroup.ts';

/** Where a cgroup file system is mounted, unless the query says otherwise. */
const CGROUP_ROOT = '/sys/fs/cgroup';

export const bpftoolQuery = {
  format: z
    .enum(['json', 'bpftool'])
    .default('json')
    .describe(
      '`bpftool`: all of it as `bpftool -j` prints it, without the fields that only a kernel knows.',
    ),
};

export const bpftoolCgroupQuery = {
  ...bpftoolQuery,
  effective: z
    .enum(['true', 'false'])
    .optional()
    .describe('With `format=bpftool`: what runs on a cgroup, not what is attached to it.'),
};

export const bpftoolTreeQuery = {
  ...bpftoolCgroupQuery,
  cgroup_root: path
    .optional()
    .describe(
      `With \`format=bpftool\`: the directory before each path; default \`${CGROUP_ROOT}\`.`,
    ),
};

const shownProgram = z.strictObject({
  id: z.int(),
  attach_type: attachType,
  attach_flags: z.string().exactOptional(),
  name: z.string(),
  attach_btf_name: z.literal(''),
  attach_btf_obj_id: z.literal(0),
  attach_btf_id: z.int().min(0),
});
export const bpftoolShow = z.array(shownProgram).meta({ id: 'BpftoolCgroupShow' });
export const bpftoolTree = z
  .array(z.strictObject({ cgroup: z.string(), programs: z.array(shownProgram) }))
  .meta({ id: 'BpftoolCgroupTree' });
export const bpftoolLink = z
  .strictObject({
    id: z.int(),
    type: z.literal('cgroup'),
    prog_id: z.int(),
    cgroup_id: z.int(),
    attach_type: attachType,
  })
  .meta({ id: 'BpftoolLink' });
export const bpftoolProg = z
  .strictObject({
    id: z.int(),
    type: progType,
    name: z.string().exactOptional(),
    tag: z.string(),
    loaded_at: z.int().describe('Seconds since the epoch.'),
    uid: z.int(),
    map_ids: z.array(z.int()).exactOptional(),
  })
  .meta({ id: 'BpftoolProg' });

interface BpftoolRequest {
  readonly service: Service;
  readonly c: Context<AccessEnv>;
  readonly host: string;
  readonly at: MomentText | undefined;
}

/** Ends with a newline, as bpftool's output does. */
function sendPrinted(c: Context, answer: object): never {
  const type = { 'content-type': 'application/json' };
  // The typed response of a route knows one form only.
  return c.body(`${JSON.stringify(answer)}\n`, 200, type) as never;
}

/** Refuses parameters that mean something in the other form only. */
export function onlyWithBpftool(query: {
  readonly format: 'json' | 'bpftool';
  readonly effective?: string | undefined;
  readonly cgroup_root?: string | undefined;
}): void {
  if (query.format === 'bpftool') return;
  for (const field of ['effective', 'cgroup_root'] as const) {
    if (query[field] === undefined) continue;
    throw invalid([{ field, message: 'goes with format=bpftool' }]);
  }
}

const PARTS = ['after', 'prog_id', 'cgroup_id', 'count', 'fields'] as const;

/** What bpftool prints is whole. Throws the problem of a query that asks for a part of it. */
export function refuseParts(query: { readonly [Part in (typeof PARTS)[number]]?: unknown }): void {
  for (const field of PARTS) {
    if (query[field] === undefined) continue;
    throw invalid([{ field, message: 'does not go with format=bpftool, which lists everything' }]);
  }
}

/** `bpftool -j cgroup tree`, of one cgroup and those below it. */
export async function answerTree(
  { service, c, host, at, signal }: BpftoolRequest & { readonly signal: AbortSignal },
  query: {
    readonly under: string;
    readonly effective: boolean;
    readonly root?: string | undefined;
  },
): Promise<HeavyAnswer> {
  const { under, effective, root = CGROUP_ROOT } = query;
  const read = (kernel: Kernel) => cgroupTree(kernel, { under, effective, root });
  const { answer } = await worldInTurns(service, c, { host, at }, { read, signal });
  return { value: answer, end: '\n' };
}

/** `bpftool -j cgroup show`; a cgroup without programs is an empty list, not an empty line. */
export async function answerShow(
  { service, c, host, at }: BpftoolRequest,
  { cgroupId, effective }: { readonly cgroupId: number; readonly effective: boolean },
): Promise<never> {
  const { moment, answer } = await worldAt(service, c, host, at, (kernel) => {
    const cgroup = kernel.cgroups.get(cgroupId);
    return cgroup === undefined ? undefined : cgroupShow(kernel, cgroup, effective);
  });
  if (answer === undefined) {
    throw await noSuchCgroup(service, moment, { cgroup: cgroupId, field: 'cgroup_id' });
  }
  return sendPrinted(c, answer);
}

async function programsShow({ database }: Service, moment: Moment, programs: readonly Program[]) {
  const ids = programs.map((program) => program.id);
  const times = await loadTimes(database, moment, ids);
  return programs
    .map((program) => progShow(program, times.get(program.id) ?? 0))
    .sort((one, other) => one.id - other.id);
}

/** `bpftool -j link show`, or `prog show`; of one object when an id is given. */
export async function answerObjects(
  { service, c, host, at }: BpftoolRequest,
  kind: 'link' | 'program',
  id?: number,
): Promise<never> {
  const { moment, answer } = await worldAt(service, c, host, at, (kernel) =>
    kind === 'link'
      ? { links: linksShow(kernel) }
      : { programs: [...kernel.programs.values()].map((program) => ({ ...program })) },
  );
  const shown =
    'links' in answer ? answer.links : await programsShow(service, moment, answer.programs);
  if (id === undefined) return sendPrinted(c, shown);
  const found = shown.find((one) => one.id === id);
  if (found === undefined) throw noSuchObject(`${kind} ${id}`, 'id');
  return sendPrinted(c, found);
}
