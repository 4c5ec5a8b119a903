/** Steps of objects: links by their fds, and everything by its id. */
import type { IdKind } from '../../../domain/ids.ts';
import type { Step } from '../../golden/scenario.ts';
import {
  anyFd,
  type FdField,
  fdOf,
  NOTHING,
  oneOf,
  openFds,
  type Scene,
  wrongly,
} from '../scene.ts';
import { linkCreate } from './attach-steps.ts';
import { close, isFull } from './fd-steps.ts';
import { fittingProgram } from './prog-load-step.ts';
import { attrSize } from './target.ts';

export function linkUpdate(scene: Scene, proc: string): Step {
  if (lacksLink(scene, proc)) return linkCreate(scene, proc);
  const { random, kernel } = scene;
  const found = wrongly(scene) ? undefined : oneOf(scene, openFds(scene, proc, 'link'));
  const link = found === undefined ? undefined : kernel.links.get(found.file.id);
  const fitting =
    link === undefined || wrongly(scene)
      ? undefined
      : fittingProgram(scene, proc, link.attach_type);
  const replaces = random.chance(0.35);
  const current = openFds(scene, proc, 'prog').filter(({ file }) => file.id === link?.prog_id);
  const old = random.chance(0.7) ? oneOf(scene, current)?.label : undefined;
  return {
    op: 'link_update',
    proc,
    link: found?.label ?? fdOf(scene, proc, 'link'),
    new: fitting ?? fdOf(scene, proc, 'prog'),
    flags: [
      ...(replaces ? ['replace'] : []),
      ...(random.chance(0.02) ? [random.pick([1, 2, 8])] : []),
    ],
    ...(replaces || random.chance(0.03) ? { old: old ?? fdOf(scene, proc, 'prog') } : {}),
    ...attrSize(scene),
  };
}

export function linkDetach(scene: Scene, proc: string): Step {
  if (lacksLink(scene, proc)) return linkCreate(scene, proc);
  return { op: 'link_detach', proc, link: fdOf(scene, proc, 'link') };
}

/** Whether a link has to be made first; now and then the step is made without. */
function lacksLink(scene: Scene, proc: string): boolean {
  return openFds(scene, proc, 'link').length === 0 && !wrongly(scene);
}

export function objInfo(scene: Scene, proc: string): Step {
  return { op: 'obj_info', proc, fd: anyFd(scene, proc) };
}

/** PROG_, LINK_, MAP_ and BTF_GET_FD_BY_ID, also of objects that are gone. */
export function byId(kind: IdKind): (scene: Scene, proc: string) => Step {
  return (scene, proc) => {
    if (isFull(scene, proc)) return close(scene, proc);
    const id = idOf(scene, kind);
    return { op: `${kind}_by_id`, proc, id, as: scene.fresh('I'), ...openFlags(scene) };
  };
}

function openFlags({ random, preset }: Scene): { open_flags?: number } {
  if (!preset.anybody || random.chance(0.5)) return {};
  return { open_flags: random.pick([8, 16, 24, 1, 65_536]) };
}

/** PROG_, LINK_, MAP_ and BTF_GET_NEXT_ID. */
export function nextId(kind: IdKind): (scene: Scene, proc: string) => Step {
  return (scene, proc) => {
    const { random } = scene;
    const odd = [0, 1, 2 ** 31 - 2, 2 ** 31 - 1, 2 ** 32 - 1];
    const start = random.chance(0.3) ? random.pick(odd) : idOf(scene, kind);
    return { op: `${kind}_next_id`, proc, start };
  };
}

/** The label of an object, alive or gone, or of none of that kind. */
function idOf(scene: Scene, kind: IdKind): FdField {
  const { random, labels } = scene;
  if (wrongly(scene)) return random.pick([NOTHING, 0]);
  const known = labels.objectsOf(kind);
  // The newest are the ones that probably live.
  const recent = random.chance(0.7) ? known.slice(-8) : known;
  return oneOf(scene, recent) ?? NOTHING;
}
