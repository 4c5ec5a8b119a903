/** Which events name an object: in the call, an effect, the answer or what a refusal is about. */
import type { LedgerEvent } from '../../events/event.ts';

/** The fields that hold an id of a kind. */
const FIELDS = { link: ['link_id'], prog: ['prog_id', 'was_prog_id'] } as const;

/** Whether an event names an object; ids inside the info of another object do not count. */
export function namesObject(
  { call, effects, outcome }: LedgerEvent,
  kind: keyof typeof FIELDS,
  id: number,
): boolean {
  const isIn = (place: object): boolean => {
    const fields = place as Readonly<Record<string, unknown>>;
    return FIELDS[kind].some((field) => fields[field] === id);
  };
  if (isIn(call)) return true;
  for (const effect of effects) {
    if (isIn(effect)) return true;
    if ('kind' in effect && effect.kind === kind && 'id' in effect && effect.id === id) return true;
  }
  if ('errno' in outcome) return isIn(outcome.about ?? {});
  return outcome.info?.kind === kind && outcome.info.id === id;
}
