// A state is the same state wherever it is held: restored from a snapshot, or on a layer above
// another one. It decides alike, and takes effects alike.

import type { Decision } from '../../src/domain/decision.ts';
import { flushLayer, layerOn } from '../../src/domain/kernel.ts';
import { perform } from '../../src/domain/perform.ts';
import { contentsOf } from '../../src/domain/size.ts';
import { restoreKernel, type Snapshot, snapshotOf } from '../../src/domain/snapshot.ts';
import { holds, type Watch } from './called.ts';

/** Calls that one layer takes before it is flushed: another number each time. */
const LAYER_CALLS = [1, 2, 3, 7, 1, 20] as const;

const text = (snapshot: Snapshot | Decision): string => JSON.stringify(snapshot);

export const snapshotsRoundTrip: Watch = ({ before, beforeText, pid, call, decision }) => {
  const restored = restoreKernel(before);
  holds(text(snapshotOf(restored)) === beforeText, () => 'a restored snapshot is another state');
  const decided = perform(restored, pid, call);
  holds(text(decided) === text(decision), () => `a restored state decides ${text(decided)}`);
};

/** @param start the state before the first call */
export function layersEqualDirectChange(start: Snapshot): Watch {
  const base = restoreKernel(start);
  let baseText = text(start);
  let layer = layerOn(base);
  let layers = 0;
  let onLayer = 0;
  return ({ pid, call, decision, afterText }) => {
    const decided = perform(layer, pid, call);
    holds(text(decided) === text(decision), () => `a layer decides ${text(decided)}`);
    holds(text(snapshotOf(layer)) === afterText, () => 'effects on a layer gave another state');
    holds(layer.contents === contentsOf(layer), () => 'a layer counts its contents otherwise');
    if (++onLayer < (LAYER_CALLS[layers % LAYER_CALLS.length] ?? 1)) return;
    holds(text(snapshotOf(base)) === baseText, () => 'a layer changed the state below it');
    flushLayer(base, layer);
    holds(text(snapshotOf(base)) === afterText, () => 'a flushed layer gave another state');
    holds(base.contents === contentsOf(base), () => 'a flushed layer is counted otherwise');
    baseText = afterText;
    layer = layerOn(base);
    layers++;
    onLayer = 0;
  };
}
