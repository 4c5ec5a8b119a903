// A play of random calls about user namespaces and tokens, with what the model answers to each.
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { boot } from '../../src/domain/boot.ts';
import { decide } from '../../src/domain/decide.ts';
import { ERRNO_NUMBERS } from '../../src/domain/errno.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { isRefusal, isUnmodelled, type Outcome } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import type { Step } from './token-player.ts';
import { CGROUP, drawStep, pidOf } from './token-steps.ts';

const STEPS = 200;
const UNPRIVILEGED = '/proc/sys/kernel/unprivileged_bpf_disabled';

/** A kernel like the one that runs here, with the cgroup of a play. */
function begun(): Kernel {
  const unprivileged_bpf_disabled = Number(readFileSync(UNPRIVILEGED, 'utf8'));
  const version = /^\d+\.\d+\.\d+/u.exec(release())?.[0] ?? '';
  const model = boot(version, { unprivileged_bpf_disabled });
  perform(model, 1, { name: 'mkdir', path: CGROUP });
  return model;
}

/** A play, and what the model answers to each step. */
export function drawPlay(seed: number, play: number) {
  const model = begun();
  const random = randomFrom(seed, `play ${play}`);
  const steps: Step[] = [];
  const answers: string[] = [];
  while (steps.length < STEPS) {
    const step = drawStep(model, random);
    if (step === undefined || isBeyond(model, step)) continue;
    const pid = step.call.name === 'spawn' ? 1 : pidOf(step.process);
    const { outcome, effects } = decide(model, pid, step.call);
    if (isUnmodelled(outcome)) continue;
    if (step.call.name === 'mount' && !isRefusal(outcome)) continue;
    applyAll(model, effects, pid);
    steps.push(step);
    answers.push(answerOf(step, receive(model, step, outcome)));
  }
  return { model, steps, answers };
}

/** What the player cannot do: a process gets an fd by messages, which takes a free number. */
function isBeyond(model: Kernel, { process, call, other }: Step): boolean {
  const isFull = (n: number) => (model.processes.get(pidOf(n))?.nofile ?? 1024) < 1024;
  const passes = call.name === 'send_fd' || (call.name === 'fsmount' && other !== process);
  if (passes && other !== undefined && isFull(other)) return true;
  return ['pidfd_getfd', 'exec', 'fork', 'fsmount'].includes(call.name) && isFull(process);
}

/** A sent fd is received in the same step. */
function receive(model: Kernel, { call, other = 0 }: Step, outcome: Outcome): Outcome {
  if (call.name !== 'send_fd' || isRefusal(outcome)) return outcome;
  return perform(model, pidOf(other), { name: 'recv_fd', cloexec: true }).outcome;
}

/** As the player prints it: the return value or the errno below zero, and what a token allows. */
function answerOf({ call }: Step, outcome: Outcome): string {
  if (isRefusal(outcome)) return `${-ERRNO_NUMBERS[outcome.errno]}`;
  const isPid = call.name === 'spawn' || call.name === 'fork';
  const { info } = outcome;
  if (info?.kind !== 'token') return isPid ? '0' : `${outcome.ret}`;
  const { allowed_cmds, allowed_maps, allowed_progs, allowed_attachs } = info;
  return ['0', allowed_cmds, allowed_maps, allowed_progs, allowed_attachs].join(' ');
}

/** What the player printed, as far as the model told as much. */
export function comparable(line: string, model: string): string {
  const [answer = '', ...sets] = line.split(' ').filter((word) => word !== '');
  if (!model.includes(' ')) return answer;
  return [answer, ...sets.map((set) => (set === '0' ? '0x0' : set))].join(' ');
}
