/** Effects as the ledger holds them; the compiler proves that they are the domain's. */
import { z } from 'zod';
import type { Effect } from '../../domain/effect.ts';
import { objectEffects } from './object-effects.ts';
import { processEffects } from './process-effects.ts';
import type { Same } from './same-type.ts';
import { entryEffects, treeEffects } from './tree-effects.ts';

/** One fact that a call made true. */
export const recordedEffect = z.union([
  z.discriminatedUnion('type', [...processEffects, ...objectEffects, ...treeEffects]),
  ...entryEffects,
]);

// Fails to compile when the schemas and the domain's type drift apart, in either direction.
true satisfies Same<z.output<typeof recordedEffect>, Effect>;
