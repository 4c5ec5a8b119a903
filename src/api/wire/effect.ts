/** Effects on the wire: as in the log, and whether the kernel does them after the call. */
import { z } from 'zod';
import type { Effect, EffectType } from '../../domain/effect.ts';
import { isEventual } from '../../domain/eventual.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { objectEffects } from '../../events/schema/object-effects.ts';
import { processEffects } from '../../events/schema/process-effects.ts';
import { entryEffects, treeEffects } from '../../events/schema/tree-effects.ts';

const eventually = z
  .literal(true)
  .exactOptional()
  .describe('The kernel does it a moment after the call: until then all is as before.');

/** Effects that may come late. */
const LATE: ReadonlySet<string> = new Set<EffectType>([
  ...(['ProcessExited', 'EntryRemoved', 'LinkSevered', 'LinkFreed', 'ProgFreed'] as const),
  ...(['MapFreed', 'StorageRemoved', 'ElementDeleted'] as const),
]);

function addEventually<S extends z.ZodObject<{ type: z.ZodLiteral<EffectType> }>>(schema: S): S {
  if (!LATE.has(schema.shape.type.value)) return schema;
  return schema.extend({ eventually }) as unknown as S;
}

type EffectOnWire = Effect & { readonly eventually?: true };

const tagged = [...processEffects, ...objectEffects, ...treeEffects].map(
  addEventually,
) as unknown as [ReturnType<typeof addEventually>];

/** One fact that a call made true. */
export const wireEffect = z
  .union([
    z.discriminatedUnion('type', tagged),
    ...entryEffects.map(({ options: [direct, linked] }) =>
      z.union([addEventually(direct), addEventually(linked)]),
    ),
  ])
  .meta({ id: 'Effect' }) as unknown as z.ZodType<EffectOnWire>;

/** The effects of a call, as the API answers them; the same list where none comes late. */
export function effectsOnWire(
  call: LedgerEvent['call']['name'],
  effects: readonly Effect[],
): EffectOnWire[] {
  if (!effects.some((effect) => isEventual(call, effect))) return effects as EffectOnWire[];
  return effects.map((effect) =>
    isEventual(call, effect) ? { ...effect, eventually: true } : effect,
  );
}
