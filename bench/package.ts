/** N: what a stranger waits for, and what it takes of a machine: the package, its install, a start. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Bench } from './harness/bench.ts';
import { type Figure, figureOf } from './harness/measure.ts';
import { boundTable, spread } from './harness/table.ts';

const SCRIPT = fileURLToPath(new URL('../scripts/try-package.sh', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_MS = 1500;
const IDLE_MIB = 200;

/** What the script tells with a number, as it names it. */
const TOLD = {
  package: 'KiB',
  install: 'ms',
  'installed, with all it needs': 'MiB',
  'start, until it listens': 'ms',
  memory: 'MiB',
} as const;
type Told = keyof typeof TOLD;

export const packaged: Bench = {
  name: 'package',
  title: 'the package, as a stranger has it',
  async run({ rounds, say }) {
    const measured = new Map<Told, number[]>();
    for (let round = 1; round <= rounds; round++) {
      say(`packing, installing and starting, round ${round} of ${rounds}`);
      for (const [what, value] of tryPackage()) {
        measured.set(what, [...(measured.get(what) ?? []), value]);
      }
    }
    const figure = (what: Told): Figure => figureOf(measured.get(what) ?? []);
    const boundRow = (what: Told, named: string, atMost: number) => ({
      ...{ target: 'N', what: named, unit: TOLD[what], ours: figure(what), wanted: { atMost } },
    });
    const stated = (['package', 'install', 'installed, with all it needs'] as const).map((what) => [
      what,
      `${spread(figure(what))} ${TOLD[what]}`,
    ]);
    return {
      text: [
        '`npm run try-package`: the tarball is installed in an empty folder by a user without rights, and `serve --ephemeral` is started from there. *Memory* is what the service has resident some seconds after its last request. The install fetches from whatever registry npm is set to.',
      ],
      tables: [
        boundTable('A start of what was installed', [
          boundRow('start, until it listens', 'from the command until it listens', START_MS),
          boundRow('memory', 'memory of a service at rest', IDLE_MIB),
        ]),
        { title: 'What is installed', columns: ['what', 'ours'], rows: stated },
      ],
    };
  },
};

/** One run of the script: what it told, in the units of {@link TOLD}. Throws when it failed. */
function tryPackage(): Map<Told, number> {
  const { status, stdout, stderr } = spawnSync('bash', [SCRIPT], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`try-package ended with ${status}: ${stderr.slice(-500)}`);
  const found = new Map<Told, number>();
  for (const what of Object.keys(TOLD) as Told[]) {
    const [, value] = new RegExp(`^${what} +([0-9]+) ${TOLD[what]}$`, 'mu').exec(stdout) ?? [];
    if (value === undefined) throw new Error(`try-package tells nothing of ${what}`);
    found.set(what, Number(value));
  }
  return found;
}
