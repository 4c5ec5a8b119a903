// What other processes do on the kernel that runs here, and the log that `bpfledger observe` makes of
// it: the log's state is the kernel's, at moments and at the end, and nothing had to be inferred.

import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sysctlHere } from '../../src/cli/measured-kernel.ts';
import type { Release } from '../../src/domain/release/release.ts';
import { openLiveMachine } from '../../src/executor/live-machine.ts';
import type { OpenMachine } from '../../src/recorders/differential/divergence.ts';
import { fuzz } from '../../src/recorders/differential/fuzz.ts';
import { PRESET_NAMES } from '../../src/recorders/generator/preset.ts';
import { readIncidents } from '../../src/recorders/golden/incidents.ts';
import { bootConfigFor, playScenario } from '../../src/recorders/golden/play.ts';
import { type ServiceProcess, send, startProcess } from '../api/process.ts';
import { cgroup2Mount, needs } from '../support/needs.ts';
import { seedOfRun } from '../support/seed.ts';
import {
  buildCollector,
  type Difference,
  type Observing,
  ownFolder,
  type SeenEvent,
  startObserving,
  Watch,
} from './observing.ts';
import { IN_ROUNDS, roundOf, startLoad, wordsOf } from './outage-load.ts';
import { runningRelease, switchesOf } from './running-release.ts';
import { buildStory, tellStory } from './story.ts';

const SEED = seedOfRun(Math.trunc(Date.now() / 86_400_000) * 10_000);
const IS_LONG = process.env.BPFLEDGER_TEST_OBSERVED === 'long';
const STEPS = IS_LONG ? 20_000 : 2000;
/** The long form is also run on machines that have much else to do. */
const RUN_MS_MAX = IS_LONG ? 7_200_000 : 1_800_000;
/**
 * Of what these pass beside the fields of a call (huge attrs), of links on other things than cgroups, of
 * BTF by its id, of mounts and of namespaces, a collector tells nothing (docs/observe.md).
 */
const NOT_TOLD: readonly string[] = ['map-types', 'foreign', 'btf', 'mounts', 'namespaces'];
const MOMENTS = 10;
const OUTAGE_MS = IS_LONG ? 60_000 : 2000;
/** Calls that are made every second of it; a machine with much else to do makes fewer than are asked for. */
const CALLS_A_SECOND_MIN = 100;

const ready = [needs('kernel'), needs('collector')].every(({ ok }) => ok);

describe.skipIf(!ready)('the log of a host that is observed', () => {
  const folder = ownFolder();
  const host = 'observed';
  let service: ServiceProcess;
  let observing: Observing;
  let watch: Watch;
  let running: Release;

  beforeAll(async () => {
    const collector = buildCollector(join(folder, 'build'));
    mkdirSync(join(folder, 'data'));
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data') });
    const place = { url: service.url, host, spool: join(folder, 'spool'), collector };
    running = await runningRelease();
    // What a user does whose kernel is not quite what its number says (docs/observe.md).
    const made = { name: host, release: running.id, config: { switches: switchesOf(running) } };
    await send(`${service.url}/v1/hosts`, made);
    observing = await startObserving(place);
    watch = new Watch(place);
    await watch.catchUp();
  }, 300_000);

  afterAll(async () => {
    watch?.close();
    await observing?.end('SIGTERM');
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function ask(what: string): Promise<unknown> {
    return (await fetch(`${service.url}/v1/hosts/${host}/${what}`)).json();
  }

  /** A machine that is compared with the log after every so many calls. */
  function comparedMachine(every: number, found: Difference[][]): OpenMachine {
    let calls = 0;
    return async (config) => {
      const machine = await openLiveMachine(config);
      return {
        ...machine,
        async perform(pid, call) {
          const decision = await machine.perform(pid, call);
          calls++;
          if (calls % every === 0) found.push([...(await watch.differences(process.pid))]);
          return decision;
        },
      };
    };
  }

  it('is that of the kernel while random calls are made', { timeout: RUN_MS_MAX }, async () => {
    const plan = {
      presets: PRESET_NAMES.filter((name) => !NOT_TOLD.includes(name)),
      seed: SEED,
      steps: STEPS,
      // While the log is compared, nobody else makes a call.
      lanes: 1,
      sysctl: sysctlHere(),
    };
    const first = watch.events.length;
    const differences: Difference[][] = [];
    const open = comparedMachine(Math.ceil(STEPS / MOMENTS), differences);
    let steps = 0;
    for await (const done of fuzz(plan, { release: running, open })) steps = done.steps;
    const atEnd = await watch.differences(process.pid);
    expect(watch.events.slice(first).filter(({ call }) => call.name === 'lost')).toEqual([]);
    expect(atEnd).toEqual([]);
    expect(steps).toBe(STEPS);
    expect(differences.length).toBeGreaterThanOrEqual(MOMENTS - 1);
    expect(differences.flat()).toEqual([]);
    expect(watch.printedPrograms).toBeGreaterThan(MOMENTS);
    expectWhole(watch.events.slice(first));
    const events = `${watch.events.length - first} events`;
    const moments = `${differences.length} moments and the end, ${watch.printedPrograms} programs on cgroups`;
    console.log(`${steps} steps, seed ${SEED}: ${events}; as bpftool prints it at ${moments}`);
  });

  it('is what bpftool prints of what it and a loader of libbpf did', {
    timeout: 300_000,
  }, async () => {
    buildStory(folder);
    const first = watch.events.length;
    const names = await tellStory(folder, [], async ({ cgroup, bpffs, tree, link }) => {
      await watch.catchUp();
      const under = `cgroup_root=${cgroup2Mount()}&under=/${basename(cgroup)}`;
      expect(await ask(`cgroups?format=bpftool&${under}`)).toEqual(JSON.parse(tree));
      expect(await ask('links?format=bpftool')).toContainEqual(JSON.parse(link));
      return [basename(cgroup), basename(bpffs)];
    });
    await watch.catchUp();
    const told = watch.events.slice(first);
    const isOfStory = (event: SeenEvent) =>
      names.some((name) => JSON.stringify(event).includes(name));
    const pids = new Set(told.filter(isOfStory).map(({ pid }) => pid));
    expectWhole(told, (pid) => pids.has(pid));
  });

  it('has all of an outage of the service, in order and once', { timeout: 900_000 }, async () => {
    const first = watch.events.length;
    const made = mkdtempSync(join(cgroup2Mount() ?? '', 'bpfledger-outage-'));
    await watch.catchUp();
    await service.kill();
    const load = startLoad(made, OUTAGE_MS);
    const rounds = await load.done;
    rmdirSync(made);
    const { port } = new URL(service.url);
    service = await startProcess({ BPFLEDGER_DATA_DIR: join(folder, 'data'), PORT: port });
    await watch.catchUp();
    const own = watch.events.slice(first).filter(({ pid }) => pid === load.pid);
    const told = own.filter(({ call }) => IN_ROUNDS.has(call.name)).map(wordsOf);
    const top = `/${basename(made)}`;
    // One by one, so that a difference is told by its round and not by two lists of thousands.
    const expected = Array.from({ length: rounds }, (_, i) => roundOf(`${top}/${i}`)).flat();
    const wrong = expected.findIndex((words, i) => words !== told[i]);
    expect(wrong === -1 ? [] : [wrong, expected[wrong], told.slice(wrong, wrong + 3)]).toEqual([]);
    expect(told.length).toBe(expected.length);
    const times = own.map(({ at }) => Date.parse(at));
    expect(times.filter((at, i) => at < (times[i - 1] ?? 0))).toEqual([]);
    const perSecond = (1000 * told.length) / OUTAGE_MS;
    expect(perSecond).toBeGreaterThan(CALLS_A_SECOND_MIN);
    expectWhole(watch.events.slice(first), (pid) => pid === load.pid);
    expect(await watch.differences(load.pid)).toEqual([]);
    console.log(`${told.length} calls without the service, ${Math.round(perSecond)} a second`);
  });

  it('is that of the kernel when the recorded incidents happen', {
    timeout: RUN_MS_MAX,
  }, async () => {
    const first = watch.events.length;
    // A collector does not tell of umount(2) (docs/observe.md).
    const seen = (await readIncidents()).filter(
      ({ steps }) => !steps.some(({ step }) => step.op === 'umount'),
    );
    expect(seen.length).toBeGreaterThan(30);
    for (const incident of seen) {
      const machine = await openLiveMachine(bootConfigFor(incident.header));
      try {
        await playScenario(incident, machine, running.switches);
        expect(await watch.differences(process.pid), incident.header.scenario).toEqual([]);
      } finally {
        await machine.close();
      }
    }
    expect(await watch.differences(process.pid)).toEqual([]);
    expectWhole(watch.events.slice(first));
  });
});

/** Nothing of some processes was lost or inferred, and the rules answer as the kernel did. */
function expectWhole(events: readonly SeenEvent[], isOwn = (pid: number) => pid === process.pid) {
  expect(events.filter(({ call }) => call.name === 'lost')).toEqual([]);
  const own = events.filter(({ pid }) => isOwn(pid));
  expect(own.length).toBeGreaterThan(0);
  const tops = unmountedTops(own);
  const inferred = own.filter((event) => {
    const path = event.call.name === 'gone' ? (event.call.pin?.path ?? '') : '';
    const wentAlong = path !== '' && tops.has(top(path));
    return event.source === 'inferred' && !isStandardFd(event) && !wentAlong;
  });
  expect(inferred).toEqual([]);
  const drift = own.filter((event) => event.expected !== undefined && !isUntold(event));
  expect(drift).toEqual([]);
}

/** The log has the first three fds of a process open; one that was closed before was seen by nobody. */
function isStandardFd({ call }: SeenEvent): boolean {
  return call.name === 'gone' && call.fd !== undefined && call.fd.fd <= 2;
}

/**
 * Tops of the bpffs that were unmounted. A collector does not tell of umount(2), so a survey finds that
 * they are gone, and what they took along.
 */
function unmountedTops(events: readonly SeenEvent[]): ReadonlySet<string> {
  const gone = events.filter(({ call }) => call.name === 'gone');
  return new Set(gone.map(({ call }) => call.pin?.path ?? '').filter((path) => path === top(path)));
}

/** The directory of the log that is a bpffs mounted elsewhere; empty for other names. */
function top(path: string): string {
  return /^\/:[^/]*/.exec(path)?.[0] ?? '';
}

/** Answers for what a collector does not tell (docs/observe.md): a limit that a process sets itself. */
function isUntold({ call, uid, outcome, expected }: SeenEvent): boolean {
  const { errno } = outcome;
  // The top of one bpffs is a directory of the log, and of another file system on the machine.
  const isOfTop = call.name === 'rename' && errno === 'EXDEV';
  // The log takes CAP_FOWNER for that of a root with all capabilities that it knows; here one may lack.
  const isOfOwner = uid === 0 && outcome.ret === 0 && OF_OWNERS.has(expected?.rule ?? '');
  return errno === 'EMFILE' || isOfTop || isOfOwner;
}

const OF_OWNERS: ReadonlySet<string> = new Set(['directory-is-sticky', 'not-the-owner']);
