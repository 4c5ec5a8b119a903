/**
 * A process that makes pairs of calls on the model and does nothing else: what other code has run in
 * a process, a model on layers above all, changes how the engine compiles this one. Answers by how
 * many pairs a second it made.
 */
import { flushLayer, layerOn } from '../../src/domain/kernel.ts';
import { decideEvent } from '../../src/events/writing/decision.ts';
import { perSecond } from '../harness/measure.ts';
import { type Make, type Pair, type Workload, workload } from './pairs.ts';
import { AGENT_PID, performOrThrow } from './world.ts';

/**
 * `decided`: each call decided and evolved on the kernel itself. `staged`: each call made an event
 * on a layer, as an append does; a layer takes {@link PAIRS_A_LOOK} pairs.
 */
export type How = 'decided' | 'staged';

const RUN_MS = 400;
/** The clock is read once in so many pairs. */
const PAIRS_A_LOOK = 64;

const RUNS: Record<How, (workload: Workload, pair: Pair) => void> = {
  decided: decidePairs,
  staged: stagePairs,
};

function decidePairs({ kernel, pairs }: Workload, pair: Pair): void {
  const make: Make = (call) => performOrThrow(kernel, call);
  for (let i = 0; i < PAIRS_A_LOOK; i++) pairs[pair](make);
}

const PLACE = { position: 1, recorded_at: 0, actor: 'local' };

function stagePairs({ kernel, pairs }: Workload, pair: Pair): void {
  const layer = layerOn(kernel);
  const make: Make = (call) => {
    const { outcome } = decideEvent(layer, { pid: AGENT_PID, call }, PLACE);
    if ('errno' in outcome) throw new Error(`${call.name} was refused: ${outcome.errno}`);
    return outcome.ret;
  };
  for (let i = 0; i < PAIRS_A_LOOK; i++) pairs[pair](make);
  flushLayer(kernel, layer);
}

const run = RUNS[process.argv[2] as How];
const made = workload();

process.on('message', async (pair: Pair) => {
  const rate = await perSecond(RUN_MS, () => {
    run(made, pair);
    return PAIRS_A_LOOK;
  });
  process.send?.(rate);
});
