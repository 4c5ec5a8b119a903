/** Plays a scenario on a machine and compares every outcome and every change of state. */
import { isDeepStrictEqual } from 'node:util';
import type { AttachType } from '../../domain/attach-type.ts';
import type { MapKey } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import { isRefusal } from '../../domain/outcome.ts';
import { BOOT_PID, type BootConfig, DEFAULT_CONFIG } from '../../domain/release/config.ts';
import type { Switches } from '../../domain/release/switches.ts';
import { answerOf, infoOf } from './answer.ts';
import { FIRST_ID, LabelBook } from './labels.ts';
import type { Machine } from './machine.ts';
import { keyLabel, labelState, type Observed } from './observed.ts';
import { relabel } from './relabel.ts';
import type { Header, RecordedStep, Scenario, Step, StepAnswer } from './scenario.ts';
import { callOf } from './translate.ts';

/** Keys that one `map_keys` step reads at most. */
const KEYS_MAX = 64;

export interface Mismatch {
  readonly scenario: string;
  readonly step: number;
  /** `out`, or the key of the state entry. */
  readonly what: string;
  readonly expected: unknown;
  readonly got: unknown;
  /** The rule that refused the call, when it was refused. */
  readonly rule: string | undefined;
}

/** How a machine for a scenario must be booted. */
export function bootConfigFor(header: Header): Partial<BootConfig> {
  const sysctl = header.unprivileged_bpf_disabled;
  return {
    first_prog_id: FIRST_ID,
    first_link_id: FIRST_ID,
    first_map_id: FIRST_ID,
    ...(sysctl === undefined ? {} : { unprivileged_bpf_disabled: sysctl }),
  };
}

/**
 * Plays a scenario; the machine was booted with `bootConfigFor` its header. What a machine does a
 * moment after a call is waited for only where the state differs without it, and at the end.
 *
 * @param lag steps for which a state that differs is not waited for: what was asked meanwhile may have
 *   been answered too early
 */
export async function playScenario(
  scenario: Scenario,
  machine: Machine,
  switches: Switches,
  lag = 0,
): Promise<Mismatch[]> {
  const { header, steps } = scenario;
  const types = header.attach_types as readonly AttachType[];
  const labels = new LabelBook(DEFAULT_CONFIG.root_cgroup_id);
  const expectedState: Observed = new Map();
  let state: Observed = new Map();
  const mismatches: Mismatch[] = [];
  let lagging = 0;
  const observe = async () => labelState(await machine.observe(types), header, switches, labels);
  for (const recorded of steps) {
    const { answer, decisions } = await performStep(recorded.step, machine, labels, header);
    const refused = decisions.map(({ outcome }) => outcome).find(isRefusal);
    const found = { scenario: header.scenario, step: recorded.i, rule: refused?.rule };
    if (!isDeepStrictEqual(answer, recorded.out)) {
      mismatches.push({ ...found, what: 'out', expected: recorded.out, got: answer });
    }
    apply(expectedState, recorded);
    const mayDiffer = machine.tellsAllEffects === false;
    if (mayDiffer || decisions.some(({ effects }) => effects.length > 0)) state = await observe();
    else if (recorded.st === undefined) continue;
    const isLast = recorded === steps.at(-1);
    const isSame = isDeepStrictEqual(state, expectedState);
    lagging = isSame ? 0 : lagging + 1;
    if (!isLast && (isSame || lagging <= lag)) continue;
    if (await machine.settle?.()) state = await observe();
    lagging = 0;
    for (const difference of differences(expectedState, state)) {
      mismatches.push({ ...found, ...difference });
    }
  }
  return mismatches;
}

/** The entries in which two states differ. */
function differences(
  expected: Observed,
  got: Observed,
): Pick<Mismatch, 'what' | 'expected' | 'got'>[] {
  return [...new Set([...expected.keys(), ...got.keys()])].flatMap((what) => {
    const sides = { expected: expected.get(what), got: got.get(what) };
    return isDeepStrictEqual(sides.expected, sides.got) ? [] : [{ what, ...sides }];
  });
}

function apply(expected: Observed, { st }: RecordedStep): void {
  for (const [key, value] of Object.entries(st ?? {})) {
    if (value === null) expected.delete(key);
    else expected.set(key, value);
  }
}

interface Performed {
  readonly answer: StepAnswer;
  readonly decisions: readonly Decision[];
}

/** Performs one step on a machine: its answer in golden words, and the decisions behind it. */
export async function performStep(
  step: Step,
  machine: Machine,
  labels: LabelBook,
  header: Header,
): Promise<Performed> {
  const pid = step.op === 'spawn' ? BOOT_PID : labels.pid(step.proc);
  const decision = await machine.perform(pid, callOf(step, labels));
  labels.learn(decision.effects, step.fd ?? step.as);
  if (step.op === 'map_keys') return mapKeys(step, decision, machine, labels);
  const answer = answerOf(step, decision, labels, header);
  if (isRefusal(decision.outcome)) return { answer, decisions: [decision] };
  if (step.op === 'send_fd' && step.as !== undefined) {
    const receive: Step = { op: 'recv_fd', proc: step.to, as: step.as };
    const received = await performStep(receive, machine, labels, header);
    return { answer: received.answer, decisions: [decision, ...received.decisions] };
  }
  relabel(step, decision.outcome, labels);
  if (step.op !== 'recv_fd' || decision.outcome.lost) return { answer, decisions: [decision] };
  const received = await askObject(step, decision.outcome.ret, machine, labels);
  return { answer: { ...answer, ...received }, decisions: [decision] };
}

/** The recorder asks the kernel which object arrived; a receiver without the right gets no answer. */
async function askObject(
  step: Step,
  fd: number,
  machine: Machine,
  labels: LabelBook,
): Promise<StepAnswer> {
  const ask = { name: 'obj_get_info_by_fd', bpf_fd: fd } as const;
  const { outcome } = await machine.perform(labels.pid(step.proc), ask);
  if (isRefusal(outcome) || outcome.info === undefined) return {};
  return { obj: infoOf(outcome.info, labels).obj };
}

/** Reads all keys, one MAP_GET_NEXT_KEY after the other. */
async function mapKeys(
  step: Step,
  first: Decision,
  machine: Machine,
  labels: LabelBook,
): Promise<Performed> {
  const keys: MapKey[] = [];
  const decisions = [first];
  let { outcome } = first;
  while (!isRefusal(outcome) && outcome.next_key !== undefined && keys.length < KEYS_MAX) {
    keys.push(outcome.next_key);
    const map_fd = labels.fd(step.proc, step.fd) ?? 0;
    const next = { name: 'map_get_next_key', map_fd, key: outcome.next_key } as const;
    const decision = await machine.perform(labels.pid(step.proc), next);
    decisions.push(decision);
    outcome = decision.outcome;
  }
  // Of a map that could be asked at all, ENOENT says that no key is left.
  const ended = isRefusal(outcome) && outcome.errno === 'ENOENT';
  // A hash has no order of its own, so recordings list plain keys sorted.
  const isPlain = (key: MapKey): key is number => typeof key === 'number';
  if (keys.every(isPlain)) keys.sort((a, b) => a - b);
  const answer =
    isRefusal(outcome) && !ended
      ? { err: outcome.errno }
      : { ret: 0, keys: keys.map((key) => keyLabel(key, labels)) };
  return { answer, decisions };
}
