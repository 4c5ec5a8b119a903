/** Steps of lists: PROG_ATTACH, PROG_DETACH, LINK_CREATE and PROG_QUERY. */
import type { AttachType, AttachTypeName } from '../../../domain/attach-type.ts';
import type { Mode } from '../../../domain/flags.ts';
import type { EntryList } from '../../../domain/kernel.ts';
import type { Step } from '../../golden/scenario.ts';
import { type FdField, fdOf, type Scene, wrongly } from '../scene.ts';
import { anchorFields, pickListedFd } from './anchor-fields.ts';
import { close, isFull } from './fd-steps.ts';
import { fittingProgram, progLoadFor } from './prog-load-step.ts';
import { aim, attrSize, detachable, hook, listAt } from './target.ts';

/** Flag bits that are refused, or mean something in another call. */
const ODD_FLAGS = ['override', 'multi', 'replace', 128, 2 ** 31] as const;

export function progAttach(scene: Scene, proc: string): Step {
  const { random } = scene;
  const attach_type = hook(scene);
  const prog = programFor(scene, proc, attach_type);
  if (prog === undefined) return progLoadFor(scene, proc, attach_type as AttachTypeName);
  const aimed = aim(scene, proc);
  const list = listAt(aimed, attach_type);
  const anchor = anchorFields(scene, proc, { list, kind: 'prog' });
  const mode = pickMode(scene, list);
  const replaces = list !== undefined && list.entries.length > 0 && random.chance(0.15);
  const flags = [...modeFlags(mode), ...(replaces ? ['replace'] : []), ...anchor.flags];
  const replaced = pickListedFd(scene, proc, list, 'prog') ?? fdOf(scene, proc, 'prog');
  return {
    op: 'prog_attach',
    proc,
    ...aimed.fields,
    prog,
    attach_type,
    ...anchor,
    flags: oddly(scene, flags),
    ...(replaces ? { replace: replaced } : {}),
    ...attrSize(scene, anchor),
  };
}

export function progDetach(scene: Scene, proc: string): Step {
  const used = scene.random.chance(0.2) ? undefined : detachable(scene);
  const attach_type = used?.type ?? hook(scene);
  const aimed = used?.aimed ?? aim(scene, proc);
  const list = listAt(aimed, attach_type);
  const prog = pickListedFd(scene, proc, list, 'prog') ?? fdOf(scene, proc, 'prog');
  const anchor = scene.random.chance(0.05) ? anchorFields(scene, proc, { list, kind: 'prog' }) : {};
  return {
    op: 'prog_detach',
    proc,
    ...aimed.fields,
    prog,
    attach_type,
    ...anchor,
    ...attrSize(scene, anchor),
  };
}

export function linkCreate(scene: Scene, proc: string): Step {
  if (isFull(scene, proc)) return close(scene, proc);
  const attach_type = hook(scene);
  const prog = programFor(scene, proc, attach_type);
  if (prog === undefined) return progLoadFor(scene, proc, attach_type as AttachTypeName);
  const aimed = aim(scene, proc);
  const list = listAt(aimed, attach_type);
  const anchor = anchorFields(scene, proc, { list, kind: 'link' });
  const { link_flags_choose_mode: choosesMode } = scene.kernel.switches;
  const mode = choosesMode ? modeFlags(pickMode(scene, list)) : [];
  return {
    op: 'link_create',
    proc,
    fd: scene.fresh('L'),
    ...aimed.fields,
    prog,
    attach_type,
    ...anchor,
    flags: oddly(scene, [...mode, ...anchor.flags]),
    ...attrSize(scene, anchor),
  };
}

/** Asked by a process of the scenario, or by one that has nothing to do with it. */
export function query(scene: Scene, proc: string): Step {
  const { random } = scene;
  const attach_type = hook(scene);
  const aimed = aim(scene, proc);
  const asker = 'cg' in aimed.fields && random.chance(0.4) ? {} : { proc };
  const effective = random.chance(0.5);
  return {
    op: 'query',
    ...asker,
    ...aimed.fields,
    attach_type,
    effective,
    ...(random.chance(0.8) ? {} : { cnt: random.pick([0, 1, 2, 3, 64, 1000]) }),
    ...(random.chance(0.95) ? {} : { null_ids: true }),
    ...(random.chance(0.85) ? {} : { prog_flags: true }),
    ...(effective || random.chance(0.97) ? {} : { query_flags: random.pick([1, 2, 64, 2 ** 31]) }),
    ...attrSize(scene),
  };
}

/** A program for a hook; undefined when one has to be loaded first. */
function programFor(scene: Scene, proc: string, type: AttachType): FdField | undefined {
  const isOurs = (scene.types as readonly AttachType[]).includes(type);
  if (!isOurs || wrongly(scene)) return fdOf(scene, proc, 'prog');
  // A list of one program is soon exhausted, so now and then another program is loaded.
  return scene.random.chance(0.1) ? undefined : fittingProgram(scene, proc, type);
}

/** Mostly the mode that the list has already. */
function pickMode({ random, preset }: Scene, list: EntryList | undefined): Mode {
  if (list !== undefined && list.entries.length > 0 && random.chance(0.85)) return list.mode;
  return random.pick(preset.modes);
}

function modeFlags(mode: Mode): readonly string[] {
  return mode === 'none' ? [] : [mode];
}

function oddly(scene: Scene, flags: readonly (string | number)[]): readonly (string | number)[] {
  return scene.random.chance(scene.preset.wrong / 2)
    ? [...flags, scene.random.pick(ODD_FLAGS)]
    : flags;
}
