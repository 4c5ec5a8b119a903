/** A moment in a JSON body: as in a query parameter, or a position as a number. */
import { z } from 'zod';
import type { MomentText } from '../../time-travel/moment.ts';
import { momentParam } from './at.ts';

export const momentField = z
  .union([
    z
      .int()
      .min(1)
      .transform((position): MomentText => ({ kind: 'position', position })),
    momentParam,
  ])
  .meta({ id: 'MomentField' });
