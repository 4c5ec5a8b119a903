// What real kernels answered, as one log: each scenario of a golden file is a boot of one host.
// Times are invented: seeded, microseconds to milliseconds apart, as those of a busy machine are.

import { bootEffect, emptyKernel } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Decision } from '../../src/domain/decision.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { releaseOf } from '../../src/domain/release/release.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { type Machine, modelMachine } from '../../src/recorders/golden/machine.ts';
import { bootConfigFor, playScenario } from '../../src/recorders/golden/play.ts';
import { parseScenarios, type Scenario } from '../../src/recorders/golden/scenario.ts';

/** The events of the scenarios of a golden text. */
export function goldenEvents(text: string, seed = 1): Promise<LedgerEvent[]> {
  return scenarioEvents(parseScenarios(text, 'golden'), seed);
}

/** The events of scenarios, a boot each. */
export async function scenarioEvents(
  scenarios: Iterable<Scenario>,
  seed = 1,
): Promise<LedgerEvent[]> {
  const random = randomFrom(seed);
  const kernel = emptyKernel();
  const events: LedgerEvent[] = [];
  let at = 1_795_000_000_000_000;

  const record = (pid: number, call: LedgerEvent['call'], decision: Decision): void => {
    applyAll(kernel, decision.effects, pid);
    at += Math.floor(10 ** (1 + random.fraction() * 3));
    const comm = kernel.processes.get(pid)?.comm ?? '';
    const recorded_at = at + random.below(800);
    events.push({
      position: events.length + 1,
      recorded_at: Math.max(recorded_at, events.at(-1)?.recorded_at ?? 0),
      at,
      source: 'decided',
      boot: kernel.boot.number,
      actor: 'token:ci',
      pid,
      comm,
      call,
      ...decision,
    });
  };

  for (const scenario of scenarios) {
    const release = releaseOf(scenario.header.kernel);
    if (release === undefined) throw new Error(`no release ${scenario.header.kernel}`);
    const config = bootConfigFor(scenario.header);
    const boot_id = `00000000-0000-4000-8000-${String(events.length).padStart(12, '0')}`;
    const effect = bootEffect(kernel, { release: release.id, boot_id, config });
    const call = { name: 'boot', release: release.id, boot_id, config: effect.config } as const;
    record(BOOT_PID, call, { outcome: { ret: 0 }, effects: [effect] });
    await playScenario(scenario, recording(kernel, record, release.id, config), release.switches);
  }
  return events;
}

/** A machine that decides on `kernel` and records; what it shows of itself is not compared. */
function recording(
  kernel: Kernel,
  record: (pid: number, call: Call, decision: Decision) => void,
  ...boot: Parameters<typeof modelMachine>
): Machine {
  const shown = modelMachine(...boot);
  return {
    observe: shown.observe,
    async perform(pid, call) {
      const decision = decide(kernel, pid, call);
      record(pid, call, decision);
      return decision;
    },
  };
}
