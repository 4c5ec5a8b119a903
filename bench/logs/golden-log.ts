/** What the kernel 6.18 answered to recorded scenarios, as logs: every scenario is a boot. */
import { fileURLToPath } from 'node:url';
import type { LedgerEvent } from '../../src/events/event.ts';
import { readGolden } from '../../src/recorders/golden/files.ts';
import { readIncidents } from '../../src/recorders/golden/incidents.ts';
import { goldenEvents, scenarioEvents } from '../../test/support/golden-log.ts';

const HISTORY = fileURLToPath(new URL('../../test/histories/6.18.jsonl.br', import.meta.url));

/** All recordings of `test/histories`, once. */
export async function goldenLog(): Promise<LedgerEvent[]> {
  return goldenEvents(await readGolden(HISTORY));
}

/** The incidents among them. */
export async function incidentLog(): Promise<LedgerEvent[]> {
  return scenarioEvents(await readIncidents());
}

/** The recordings over and over, until the log has so many events. */
export async function* repeatedGoldenLog(length: number): AsyncGenerator<LedgerEvent> {
  const once = await goldenLog();
  const { at: end, boot: boots } = once.at(-1) as LedgerEvent;
  const lasts = end - (once[0] as LedgerEvent).at + 1;
  let position = 0;
  for (let round = 0; ; round++) {
    for (const event of once) {
      if (position === length) return;
      const boot = event.boot + round * boots;
      yield {
        ...event,
        position: ++position,
        at: event.at + round * lasts,
        recorded_at: event.recorded_at + round * lasts,
        boot,
        effects: event.effects.map((effect) =>
          effect.type === 'Booted' ? { ...effect, boot } : effect,
        ),
      };
    }
  }
}
