/** The fields of an attach or link that name its place and the revision it expects. */
import type { ObjectKind } from '../../../domain/effect.ts';
import type { AttachFlagName } from '../../../domain/flags.ts';
import type { Entry, EntryList } from '../../../domain/kernel.ts';
import { type FdField, fdOf, NOTHING, oneOf, openFds, type Scene, wrongly } from '../scene.ts';

export interface AnchorFields {
  readonly flags: readonly AttachFlagName[];
  readonly relative_fd?: FdField;
  readonly relative_id?: FdField;
  readonly expected_revision?: number;
}

/** As often as the preset says: a side, mostly with an anchor of the list, and a revision. */
export function anchorFields(
  scene: Scene,
  proc: string,
  place: { readonly list: EntryList | undefined; readonly kind: 'prog' | 'link' },
): AnchorFields {
  const { random, preset } = scene;
  const preorder = random.chance(preset.preorder) ? (['preorder'] as const) : [];
  const revision = random.chance(preset.anchors / 3) ? pickExpectedRevision(scene, place.list) : {};
  if (!random.chance(preset.anchors)) return { flags: preorder, ...revision };
  const side: AttachFlagName = random.chance(0.5) ? 'before' : 'after';
  const sides: AttachFlagName[] = wrongly(scene) ? ['before', 'after'] : [side];
  const link = (place.kind === 'link') !== wrongly(scene) ? (['link'] as const) : [];
  if (random.chance(0.25)) return { flags: [...preorder, ...sides], ...revision };
  const byId = random.chance(0.4);
  const flags = [...preorder, ...sides, ...link, ...(byId ? (['id'] as const) : [])];
  const relative = byId
    ? { relative_id: anchorId(scene, place) }
    : { relative_fd: anchorFd(scene, proc, place) };
  return { flags, ...relative, ...revision };
}

function pickExpectedRevision({ random }: Scene, list: EntryList | undefined) {
  const current = list?.revision ?? 1;
  return { expected_revision: random.chance(0.7) ? current : current + random.pick([-1, 1, 7]) };
}

function anchorId(
  scene: Scene,
  { list, kind }: { readonly list: EntryList | undefined; readonly kind: ObjectKind },
): FdField {
  const { random, labels } = scene;
  const label = wrongly(scene) ? undefined : pickListedLabel(scene, list, kind);
  if (label !== undefined) return label;
  if (random.chance(0.5)) return oneOf(scene, labels.objectsOf(kind)) ?? NOTHING;
  return random.pick([NOTHING, 0, 1]);
}

function pickListedLabel(scene: Scene, list: EntryList | undefined, kind: ObjectKind) {
  const ids = (list?.entries ?? []).flatMap((entry) => idsIn(entry, kind));
  const id = oneOf(scene, ids);
  return id === undefined ? undefined : scene.labels.labelOf(kind, id);
}

function anchorFd(
  scene: Scene,
  proc: string,
  { list, kind }: { readonly list: EntryList | undefined; readonly kind: 'prog' | 'link' },
): FdField {
  const label = wrongly(scene) ? undefined : pickListedFd(scene, proc, list, kind);
  return label ?? fdOf(scene, proc, kind);
}

/** An open fd on something that stands in a list, if the process has one. */
export function pickListedFd(
  scene: Scene,
  proc: string,
  list: EntryList | undefined,
  kind: 'prog' | 'link',
): string | undefined {
  const ids = (list?.entries ?? []).flatMap((entry) => idsIn(entry, kind));
  if (ids.length === 0) return undefined;
  const open = openFds(scene, proc, kind).filter(({ file }) => ids.includes(file.id));
  return oneOf(scene, open)?.label;
}

function idsIn(entry: Entry, kind: ObjectKind): number[] {
  if ('prog_id' in entry) return kind === 'prog' ? [entry.prog_id] : [];
  return kind === 'link' ? [entry.link_id] : [];
}
