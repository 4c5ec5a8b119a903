/** Which events name an object: in the call, an effect, the answer or what a refusal is about. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { LedgerEvent } from '../../events/event.ts';

/** The fields that hold an id of a kind. */
const FIELDS = { link: ['link_id'], prog: ['prog_id', 'was_prog_id'], map: ['map_id'] } as const;

/** Whether an event names an object; ids inside the info of another object do not count. */
export function namesObject(event: LedgerEvent, kind: keyof typeof FIELDS, id: number): boolean {
  return objectsNamed(event, kind).includes(id);
}

/** The ids of objects of a kind that an event names, some of them perhaps twice. */
export function objectsNamed(
  { call, effects, outcome }: LedgerEvent,
  kind: keyof typeof FIELDS,
): number[] {
  const ids: number[] = [];
  const add = (place: object) => {
    const fields = place as Readonly<Record<string, unknown>>;
    for (const field of FIELDS[kind]) {
      const id = fields[field];
      if (typeof id === 'number') ids.push(id);
    }
  };
  add(call);
  for (const effect of effects) {
    add(effect);
    if ('kind' in effect && effect.kind === kind && 'id' in effect) ids.push(effect.id);
  }
  if ('errno' in outcome) add(outcome.about ?? {});
  else if (outcome.info?.kind === kind) ids.push(outcome.info.id);
  return ids;
}

/** Whether an event names an attach type: in the call, an effect or what a refusal is about. */
export function namesAttachType(
  { call, effects, outcome }: LedgerEvent,
  type: AttachType,
): boolean {
  const isIn = (place: object): boolean => 'attach_type' in place && place.attach_type === type;
  if (isIn(call) || effects.some(isIn)) return true;
  return 'errno' in outcome && isIn(outcome.about ?? {});
}
