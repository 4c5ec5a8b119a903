/**
 * `observe`: what a real kernel answered becomes what the log says. The outcome is a fact, and the
 * model follows it (ADR 21): where the rules agree the effects are theirs, with the observed
 * ids and fd numbers; where they do not, what must have happened unseen is inferred first.
 */
import { agreesWithTold } from '../agreement.ts';
import { attachTypeOf } from '../attach-type.ts';
import type { Call } from '../call.ts';
import { AFTER_VERIFIER } from '../code/verdict.ts';
import type { Decision } from '../decision.ts';
import type { Effect, EffectType } from '../effect.ts';
import type { Errno } from '../errno.ts';
import type { Kernel, Process } from '../kernel.ts';
import { isRefusal, isUnmodelled, type Outcome, type Refusal, type Success } from '../outcome.ts';
import { Account } from './account.ts';
import { deduce } from './deduction.ts';
import { forcedEffects } from './forced.ts';
import { learn, meet, withFact } from './learn.ts';
import type { Observation, ObservedOutcome, ObservedRefusal, Witnessed } from './observation.ts';
import { returnKind } from './returns.ts';
import { type CallerAndCall, lenientAnswer, putNumbers, strictAnswer } from './rule-answers.ts';
import { isSighting } from './sighting.ts';
import { objectOf, sightingsOf } from './sightings-of.ts';

/** Deductions from one observation at most: each takes something out of the way. */
const DEDUCTIONS_MAX = 32;

/** Effects that make an object, and how they call its id. */
const MADE: {
  readonly [T in EffectType]?: 'prog_id' | 'link_id' | 'map_id' | 'cgroup_id';
} = {
  ProgLoaded: 'prog_id',
  LinkCreated: 'link_id',
  MapCreated: 'map_id',
  CgroupMade: 'cgroup_id',
};

/**
 * What the log is to say of an observation: inferred events, then the observed one. Total and
 * deterministic, and `kernel` is not changed. Observed again on the state that the inferred events
 * leave, the same gives the observed event alone.
 */
export function observe(kernel: Kernel, observation: Observation): readonly Witnessed[] {
  const { pid, comm, done } = observation;
  const account = new Account(kernel, { pid, comm });
  if (isSighting(done)) {
    account.see(done);
    return account.told;
  }
  const { call } = done;
  meet(account, observation);
  const { fds } = observation;
  learn(account, pid, call, isObservedRefusal(done.outcome) ? withoutOthers(fds) : fds);
  const outcome = withFact(call, done.outcome, observation.fds);
  if (isObservedRefusal(outcome)) recordRefusal(account, observation, call, outcome);
  else observeSuccess(account, pid, call, outcome);
  return account.told;
}

/** What is open on no object is looked at when a refusal is explained, and then forgotten. */
function withoutOthers(fds: Observation['fds'] = {}): Observation['fds'] {
  return Object.fromEntries(Object.entries(fds).filter(([, { kind }]) => kind !== 'other'));
}

function isObservedRefusal(outcome: ObservedOutcome): outcome is ObservedRefusal {
  return 'errno' in outcome;
}

function recordRefusal(
  account: Account,
  { pid, fds }: Observation,
  call: Call,
  outcome: ObservedRefusal,
): void {
  const { errno, query } = outcome;
  const known = strictAnswer(askRules(account, pid, call));
  const told = isRefusedWith(errno, known) ? known : amongOthers(account, { pid, fds }, call);
  if (isRefusedWith(errno, told)) {
    return account.end({ pid, call, outcome: told.outcome, effects: told.effects });
  }
  const beyond = { errno, rule: 'beyond-these-rules', ...(query && { query }) } as const;
  const isClaimed = !isOfUnknownTypes(call, errno, known) && isClaim(account.kernel, call, known);
  account.end({
    pid,
    call,
    outcome: beyond,
    ...(isClaimed && { expected: known.outcome }),
    effects: [],
  });
}

/**
 * What the verifier does with instructions that the rules only read is not a claim of theirs, nor is that
 * they have no answer.
 */
function isClaim(kernel: Kernel, call: Call, { outcome, effects }: Decision): boolean {
  if (isUnmodelled(outcome)) return false;
  if (!isRefusal(outcome)) return outcome.verified !== false && !usesUnownedArray(kernel, effects);
  const isRead = call.name === 'prog_load' && call.insns !== undefined;
  return !isRead || !AFTER_VERIFIER.includes(outcome.rule);
}

/** Errnos of types that the kernel does not take, or that do not fit what they describe. */
const OF_TYPES: readonly Errno[] = [
  ...(['EINVAL', 'E2BIG', 'EFAULT', 'ENOSPC', 'ENOTSUPP', 'EOPNOTSUPP'] as const),
];

/** Whether a refusal may come of what is in BTF, which nobody tells, nor all fds that are open on it. */
function isOfUnknownTypes(call: Call, errno: Errno, { outcome }: Decision): boolean {
  if (isRefusal(outcome)) return isOfUnknownBtf(outcome);
  return hasTypes(call) && OF_TYPES.includes(errno);
}

function hasTypes(call: Call): boolean {
  switch (call.name) {
    case 'btf_load':
      return true;
    case 'map_create':
      return (call.btf_key_type_id ?? 0) !== 0 || (call.btf_value_type_id ?? 0) !== 0;
    case 'prog_load':
      return (call.func_info_cnt ?? 0) !== 0 || (call.line_info_cnt ?? 0) !== 0;
    default:
      return false;
  }
}

/**
 * Whether a program names a prog_array that the log knows no program of. The first that was put into
 * it decides which others may use it, and elements are seldom told.
 */
function usesUnownedArray(kernel: Kernel, effects: readonly Effect[]): boolean {
  return effects.some(
    (effect) =>
      effect.type === 'ProgLoaded' &&
      effect.map_ids.some((id) => {
        const map = kernel.maps.get(id);
        return map?.map_type === 'prog_array' && map.owner === undefined;
      }),
  );
}

function isRefusedWith(errno: Errno, { outcome }: Decision): boolean {
  return isRefusal(outcome) && outcome.errno === errno;
}

/**
 * The rules' answer when the fds that are told to be open on something else are: a recorder does
 * not follow them, so the log does not have them, neither before nor after.
 */
function amongOthers(
  account: Account,
  { pid, fds = {} }: { readonly pid: number; readonly fds: Observation['fds'] | undefined },
  call: Call,
): Decision {
  const before = account.mark();
  for (const [fd, { kind }] of Object.entries(fds)) {
    const isFree = account.kernel.processes.get(pid)?.fds.has(Number(fd)) === false;
    if (kind === 'other' && isFree) {
      account.infer({ name: 'found', fd: { fd: Number(fd), kind: 'other' } });
    }
  }
  const decision = strictAnswer(askRules(account, pid, call));
  account.backTo(before);
  return decision;
}

function observeSuccess(account: Account, pid: number, call: Call, outcome: Success): void {
  for (const sighting of sightingsOf(account.kernel, call, outcome)) account.infer(sighting);
  const { ret } = outcome;
  const kind = returnKind(call);
  if (kind === 'fd') account.infer({ name: 'gone', fd: { fd: ret } });
  if (kind === 'pid' && ret !== pid) account.infer({ name: 'gone', process: {} }, ret);

  const { asked, decision } = reconcile(account, pid, call, outcome);
  if (!isRefusal(decision.outcome)) return recordAgreement(account, pid, asked, outcome, decision);
  const lenient = lenientAnswer(asked);
  const effects = isRefusal(lenient.outcome)
    ? forcedEffects(asked.caller, call, outcome)
    : lenient.effects;
  const isUnknown =
    decision.outcome.rule === 'not-modelled' ||
    isOfUnknownFd(decision.outcome) ||
    isOfUnknownType(account.kernel, decision.outcome) ||
    isOfUnknownCapability(asked.caller.process, decision.outcome) ||
    isOfUnknownElement(call, decision.outcome);
  const expected = isUnknown ? undefined : decision.outcome;
  account.end({ pid, call, outcome, ...(expected && { expected }), effects });
}

/**
 * The rules' answer once all that can be deduced from the success is inferred. Deductions that do
 * not lead to a success explain nothing, and are not told.
 */
function reconcile(
  account: Account,
  pid: number,
  call: Call,
  outcome: Success,
): { readonly asked: CallerAndCall; readonly decision: Decision } {
  const first = account.mark();
  const deduced = new Set<string>();
  for (let deductions = 0; deductions < DEDUCTIONS_MAX; deductions++) {
    const asked = askRules(account, pid, call, outcome);
    const decision = strictAnswer(asked);
    if (!isRefusal(decision.outcome)) return { asked, decision };
    if (inferFrom(account, call, decision.outcome, deduced)) continue;
    const lenient = lenientAnswer(asked);
    if (!isRefusal(lenient.outcome)) return { asked, decision };
    if (!inferFrom(account, call, lenient.outcome, deduced)) break;
  }
  account.backTo(first);
  const asked = askRules(account, pid, call, outcome);
  return { asked, decision: strictAnswer(asked) };
}

/** @param deduced what was deduced before: the same again would go round in circles */
function inferFrom(account: Account, call: Call, refusal: Refusal, deduced: Set<string>): boolean {
  let changed = false;
  for (const sighting of deduce(account.kernel, call, refusal)) {
    const text = JSON.stringify(sighting);
    if (deduced.has(text)) return false;
    deduced.add(text);
    changed = account.infer(sighting) || changed;
  }
  return changed;
}

function askRules(account: Account, pid: number, call: Call, outcome?: Success): CallerAndCall {
  const process = account.kernel.processes.get(pid);
  if (process === undefined) throw new Error(`impossible state: process ${pid} was met`);
  return putNumbers(account.kernel, process, call, outcome);
}

/** An fd that nobody recorded is none that the log says something of. */
function isOfUnknownFd(refusal: Refusal): boolean {
  return refusal.rule === 'fd-not-open' || isOfUnknownBtf(refusal);
}

/** What the log has open on nothing that it knows may be BTF. */
function isOfUnknownBtf({ rule, about }: Refusal): boolean {
  return rule === 'btf-fd-not-open' || (rule === 'btf-fd-is-no-btf' && about?.kind === 'other');
}

/** What was in a map before it was followed, nobody told. */
function isOfUnknownElement({ name }: Call, { rule }: Refusal): boolean {
  return name === 'map_delete_elem' && rule === 'no-element';
}

/** Root without all capabilities may have CAP_CHOWN and CAP_FOWNER, which nobody tells. */
function isOfUnknownCapability({ uid }: Process, { rule }: Refusal): boolean {
  return rule === 'not-the-owner' && uid === 0;
}

/** No info tells the attach type that a program which was found was loaded for. */
function isOfUnknownType(kernel: Kernel, { rule, about }: Refusal): boolean {
  if (rule !== 'expected-type-differs') return false;
  const program = kernel.programs.get(Number(about?.prog_id));
  return program?.expected_attach_type === attachTypeOf(0) && program.prog_type !== 'cgroup_skb';
}

function recordAgreement(
  account: Account,
  pid: number,
  { caller, call }: CallerAndCall,
  outcome: Success,
  decision: Decision,
): void {
  const { effects } = decision;
  const other = otherObject(effects, outcome);
  if (other !== undefined) {
    const expected = { ...decision.outcome, ...other };
    const forced = forcedEffects(caller, call, outcome);
    return account.end({ pid, call, outcome, expected, effects: forced });
  }
  const expected =
    otherAnswer(outcome, decision.outcome) ?? otherId(effects, outcome, decision.outcome);
  account.end({ pid, call, outcome, ...(expected && { expected }), effects });
}

/** The id that the log gave to a new object, where it could not be the one that was told. */
function otherId(
  effects: readonly Effect[],
  outcome: Success,
  answer: Outcome,
): Outcome | undefined {
  for (const effect of effects) {
    const name = MADE[effect.type];
    if (name === undefined || outcome[name] === undefined) continue;
    const id = (effect as Readonly<Record<string, unknown>>)[name];
    if (id !== outcome[name]) return { ...answer, [name]: id };
  }
  return undefined;
}

/** The object that the rules say was received, when the recorder tells of another one. */
function otherObject(effects: readonly Effect[], outcome: Success): Partial<Success> | undefined {
  const [told] = objectOf(outcome);
  const [effect] = effects;
  if (told === undefined || effect?.type !== 'FdReceived') return undefined;
  const { kind, id } = effect;
  if (kind === told.kind && id === told.id) return undefined;
  return kind === 'other' ? {} : { [`${kind}_id`]: id };
}

/** The rules' answer when it differs in what the recorder tells; ids of objects are facts. */
export function otherAnswer(outcome: Success, answer: Outcome): Outcome | undefined {
  return agreesWithTold(outcome, answer) ? undefined : answer;
}
