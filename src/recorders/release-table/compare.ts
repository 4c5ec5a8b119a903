/**
 * One log under two neighbouring releases. Each decides it on its own state; where the answers
 * differ, the older rules are also asked on the newer state, which tells the calls that the rules
 * themselves answer otherwise from those that only meet the consequences.
 */
import { isDeepStrictEqual } from 'node:util';
import { boot } from '../../domain/boot.ts';
import { decide } from '../../domain/decide.ts';
import type { Decision } from '../../domain/decision.ts';
import { applyAll } from '../../domain/evolve.ts';
import type { Kernel } from '../../domain/kernel.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { BOOT_PID, DEFAULT_CONFIG } from '../../domain/release/config.ts';
import { type Release, releaseOf } from '../../domain/release/release.ts';
import { answerOf } from '../golden/answer.ts';
import { LabelBook } from '../golden/labels.ts';
import { bootConfigFor } from '../golden/play.ts';
import { relabel } from '../golden/relabel.ts';
import type { Step, StepAnswer } from '../golden/scenario.ts';
import { callOf } from '../golden/translate.ts';
import type { LoggedScenario } from './log.ts';

/** What one release made of a step. */
interface Decided {
  readonly step: Step;
  readonly scenario: string;
  readonly decision: Decision;
  /** The answer with labels for ids, which differ from release to release. */
  readonly answer: StepAnswer;
  /** What the older release's rules answer on this state, when they answer otherwise. */
  readonly older: Decision | undefined;
}

/** A call that the rules of two releases answer otherwise on one state. */
export interface DecisionDifference {
  readonly step: Step;
  readonly scenario: string;
  readonly older: Decision;
  readonly newer: Decision;
}

export interface ReleaseComparison {
  readonly older: Release;
  readonly newer: Release;
  /** Calls whose answers differ when each release decides the log on its own state. */
  readonly differing: number;
  readonly differences: readonly DecisionDifference[];
}

/**
 * Compares each release with the one before it.
 *
 * @param names releases, oldest first
 * @throws Error when a name is not a known release
 */
export function compareReleases(
  names: readonly string[],
  log: readonly LoggedScenario[],
): { readonly calls: number; readonly comparisons: readonly ReleaseComparison[] } {
  const comparisons: ReleaseComparison[] = [];
  let calls = 0;
  let before: { readonly release: Release; readonly decided: readonly Decided[] } | undefined;
  for (const name of names) {
    const release = releaseOf(name);
    if (release === undefined) throw new Error(`${name} is not a known release`);
    if (before !== undefined && isDeepStrictEqual(before.release.switches, release.switches)) {
      comparisons.push({ older: before.release, newer: release, differing: 0, differences: [] });
      before = { ...before, release };
      continue;
    }
    const decided = log.flatMap((scenario) => decideUnder(release, scenario, before?.release));
    calls = decided.length;
    if (before !== undefined) {
      comparisons.push(comparison(before.release, release, before.decided, decided));
    }
    before = { release, decided };
  }
  return { calls, comparisons };
}

function comparison(
  older: Release,
  newer: Release,
  was: readonly Decided[],
  is: readonly Decided[],
): ReleaseComparison {
  const differing = is.filter(({ answer }, i) => !isDeepStrictEqual(answer, was[i]?.answer)).length;
  const differences = is.flatMap(({ step, scenario, decision, older: before }) =>
    before === undefined ? [] : [{ step, scenario, older: before, newer: decision }],
  );
  return { older, newer, differing, differences };
}

function decideUnder(
  release: Release,
  { header, steps }: LoggedScenario,
  before: Release | undefined,
): Decided[] {
  const config = bootConfigFor(header);
  const kernel = boot(release.id, config);
  const older = before === undefined ? undefined : { ...kernel, switches: before.switches };
  const labels = new LabelBook(DEFAULT_CONFIG.root_cgroup_id);
  const decided: Decided[] = [];
  for (const step of steps) {
    const pid = step.op === 'spawn' ? BOOT_PID : labels.pid(step.proc);
    const call = callOf(step, labels);
    const decision = decide(kernel, pid, call);
    const olderDecision = older === undefined ? undefined : decide(older, pid, call);
    take(kernel, pid, step, decision, labels);
    const answer = answerOf(step, decision, labels, header);
    const differs = olderDecision !== undefined && !sameToCaller(olderDecision, decision);
    const { scenario } = header;
    decided.push({ step, scenario, decision, answer, older: differs ? olderDecision : undefined });
  }
  return decided;
}

/** A caller sees neither the rule that refused a call nor the order of its effects. */
function sameToCaller(a: Decision, b: Decision): boolean {
  return isDeepStrictEqual(comparable(a), comparable(b));
}

function comparable({ outcome, effects }: Decision) {
  const answer = isRefusal(outcome) ? outcome.errno : outcome;
  return { answer, effects: new Set(effects.map((effect) => JSON.stringify(effect))) };
}

function take(
  kernel: Kernel,
  pid: number,
  step: Step,
  { outcome, effects }: Decision,
  labels: LabelBook,
): void {
  applyAll(kernel, effects, pid);
  labels.learn(effects, step.fd ?? step.as);
  if (!isRefusal(outcome)) relabel(step, outcome, labels);
}
