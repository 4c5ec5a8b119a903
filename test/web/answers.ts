// The page has its own types of what the API answers, since it may import nothing. Here the compiler
// holds them against the schemas of the routes (`npm run types`): an answer that the page would misread
// does not compile.

import type { z } from 'zod';
import type { arrayTimelineAnswer } from '../../src/api/routes/array-timeline.ts';
import type { effectiveArray } from '../../src/api/routes/effective.ts';
import type { explanation } from '../../src/api/routes/explain.ts';
import type { history } from '../../src/api/routes/history.ts';
import type { outlineAnswer } from '../../src/api/routes/outline.ts';
import type { planAnswer } from '../../src/api/routes/plan.ts';
import type { replayAnswer } from '../../src/api/routes/replays.ts';
import type { timelineAnswer } from '../../src/api/routes/timeline.ts';
import type { diffAnswer } from '../../src/api/wire/diff.ts';
import type { wireEvent } from '../../src/api/wire/event.ts';
import type { hostDetail, hostPage } from '../../src/api/wire/hosts.ts';
import type { programRow } from '../../src/api/wire/reads.ts';
import type {
  ArrayTimeline,
  Diff,
  EffectiveArray,
  Explanation,
  History,
  HostDetail,
  HostPage,
  LedgerEvent,
  Outline,
  Plan,
  Program,
  Replay,
  Timeline,
} from '../../src/web/service/answers.ts';

type Answer<T extends z.ZodType> = z.output<T>;

/** Compiles for what the page can read. */
const reads = <Known>(_: (answer: never) => Known): true => true;

export const READ: readonly true[] = [
  reads<HostPage>((answer: Answer<typeof hostPage>) => answer),
  reads<HostDetail>((answer: Answer<typeof hostDetail>) => answer),
  reads<Timeline>((answer: Answer<typeof timelineAnswer>) => answer),
  reads<ArrayTimeline>((answer: Answer<typeof arrayTimelineAnswer>) => answer),
  reads<LedgerEvent>((answer: Answer<typeof wireEvent>) => answer),
  reads<Outline>((answer: Answer<typeof outlineAnswer>) => answer),
  reads<EffectiveArray>((answer: Answer<typeof effectiveArray>) => answer),
  reads<Program>((answer: Answer<typeof programRow>) => answer),
  reads<History>((answer: Answer<typeof history>) => answer),
  reads<Explanation>((answer: Answer<typeof explanation>) => answer),
  reads<Plan>((answer: Answer<typeof planAnswer>) => answer),
  reads<Replay>((answer: Answer<typeof replayAnswer>) => answer),
  reads<Diff>((answer: Answer<typeof diffAnswer>) => answer),
];
