/** What is wrong with what an event says that it did: one check for all who ask, as it takes memory. */
import { changeSchema } from './event-schema.ts';
import { faultFinder } from './fault-finder.ts';

export const changeFault = faultFinder(changeSchema);
