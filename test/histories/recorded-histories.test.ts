// Recordings are played forever: every outcome and every change of state that a real kernel
// showed, in the model and, for the incidents, through the REST API as well.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restClient } from '../../src/client/rest-client.ts';
import { type Release, releaseOf } from '../../src/domain/release/release.ts';
import { configurationOf, type Running, startService } from '../../src/main.ts';
import { goldenFiles, readGolden } from '../../src/recorders/golden/files.ts';
import { modelMachine } from '../../src/recorders/golden/machine.ts';
import { bootConfigFor, type Mismatch, playScenario } from '../../src/recorders/golden/play.ts';
import { restMachine } from '../../src/recorders/golden/rest-machine.ts';
import { parseScenarios, type Scenario } from '../../src/recorders/golden/scenario.ts';

const archive = (kernel: string) => join(import.meta.dirname, `${kernel}.jsonl.br`);

async function scenariosOf(kernel: string): Promise<Scenario[]> {
  return parseScenarios(await readGolden(archive(kernel)), kernel);
}

function releaseFor({ header }: Scenario): Release {
  const release = releaseOf(header.kernel);
  if (release === undefined) throw new Error(`${header.kernel} is not known`);
  return release;
}

async function playInModel(scenario: Scenario): Promise<Mismatch[]> {
  const { id, switches } = releaseFor(scenario);
  return playScenario(scenario, modelMachine(id, bootConfigFor(scenario.header)), switches);
}

/** Kernel, the release that its `uname -r` stands for, scenarios, steps. */
const RECORDED = [
  ['5.10', '5.10.262', 466, 23323],
  ['6.1', '6.1.192', 466, 23323],
  ['6.12', '6.12.117', 438, 21810],
  ['6.12.94', '6.12.94', 409, 20908],
  ['6.12.100', '6.12.100', 89, 3058],
  ['6.12.107', '6.12.107', 89, 3058],
  ['6.12.111', '6.12.111', 89, 3058],
  ['6.16', '6.16.12', 262, 14231],
  ['6.17', '6.17.13', 105, 4498],
  ['6.18', '6.18.44', 466, 23323],
  ['6.18.15', '6.18.15', 104, 4480],
  ['6.18.44', '6.18.44', 10, 178],
  ['7.3', '7.3.4', 262, 12113],
] as const;

describe('the model', () => {
  it('has a recording of each of twelve kernels', async () => {
    const files = await goldenFiles([import.meta.dirname]);
    expect(files).toEqual(RECORDED.map(([kernel]) => archive(kernel)).sort());
  });

  it.each(RECORDED)(
    'answers as %s did (%s, %i scenarios, %i steps)',
    async (kernel, release, ...counts) => {
      const scenarios = await scenariosOf(kernel);
      const steps = scenarios.reduce((sum, scenario) => sum + scenario.steps.length, 0);
      expect([scenarios.length, steps]).toEqual(counts);
      expect(new Set(scenarios.map((scenario) => releaseFor(scenario).id))).toEqual(
        new Set([release]),
      );
      for (const scenario of scenarios) expect(await playInModel(scenario)).toEqual([]);
    },
  );

  it('does not answer as another kernel did', async () => {
    const [scenario] = (await scenariosOf('6.18')).filter(
      ({ header }) => header.scenario === 'curated-mprog-prog',
    );
    if (scenario === undefined) throw new Error('the scenario was recorded');
    const older = releaseOf('6.1');
    if (older === undefined) throw new Error('6.1 is known');
    const machine = modelMachine(older.id, bootConfigFor(scenario.header));
    const mismatches = await playScenario(scenario, machine, older.switches);
    expect(mismatches.find(({ what }) => what === 'out')).toMatchObject({
      got: { err: 'EINVAL' },
      rule: expect.any(String),
    });
  });
});

describe('the service on PGlite, asked over REST', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bpfledger-histories-'));
  let service: Running;

  beforeAll(async () => {
    const env = { PORT: '0', BPFLEDGER_DATA_DIR: folder, BPFLEDGER_LOG_LEVEL: 'error' };
    service = await startService(configurationOf(env));
  });

  afterAll(async () => {
    await service?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['5.10', 29],
    ['6.18', 29],
    ['6.18.44', 10],
  ] as const)(
    'answers the incidents as %s did (%i)',
    { timeout: 120_000 },
    async (kernel, count) => {
      const client = restClient({ url: service.url });
      const incidents = (await scenariosOf(kernel)).filter(
        ({ header }) => 'preset' in header && header.preset === 'incident',
      );
      expect(incidents).toHaveLength(count);
      for (const scenario of incidents) {
        const { id, switches } = releaseFor(scenario);
        const host = `incident-${randomBytes(4).toString('hex')}`;
        const config = bootConfigFor(scenario.header);
        const machine = await restMachine(client, { host, release: id, config });
        expect(await playScenario(scenario, machine, switches)).toEqual([]);
      }
    },
  );
});
