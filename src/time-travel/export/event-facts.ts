/** What a flat record has of an event: all objects that the event is about. */
import { isRefusal } from '../../domain/outcome.ts';
import type { LedgerEvent } from '../../events/event.ts';

/** The objects that records name, in the order in which they name them. */
export const FACTS = [
  'link_id',
  'prog_id',
  'map_id',
  'cgroup_id',
  'attach_type',
  'target_path',
  'path',
] as const;

export type Facts = { readonly [K in (typeof FACTS)[number]]?: string | number };

type FieldValues = Readonly<Record<string, unknown>>;

/**
 * The objects of an event: as its effects name them, else its refusal, else its call. Where
 * several effects name an object of a kind it is the first, which the call itself was about.
 */
export function factsOf(event: LedgerEvent): Facts {
  const { outcome } = event;
  const about = isRefusal(outcome) ? (outcome.about ?? {}) : {};
  const sources: FieldValues[] = [...event.effects, about, event.call] as unknown as FieldValues[];
  const facts: Record<string, string | number> = {};
  for (const source of sources) {
    for (const name of FACTS) {
      const value = source[name];
      if (facts[name] === undefined && (typeof value === 'number' || typeof value === 'string')) {
        facts[name] = value;
      }
    }
  }
  return facts;
}
