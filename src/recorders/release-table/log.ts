/** The log that every release decides: scenarios of steps, one call each. */
import type { Header, Scenario, Step } from '../golden/scenario.ts';

/** Scenarios without what a kernel answered. */
export interface LoggedScenario {
  readonly header: Header;
  readonly steps: readonly Step[];
}

/** Random scenarios are numbered; those that people wrote are named. */
const RANDOM = /-\d{4}$/u;

/** The recorded scenarios that people wrote; steps that stand for two calls become two. */
export function logOf(scenarios: readonly Scenario[]): LoggedScenario[] {
  const written = scenarios.filter(({ header }) => !RANDOM.test(header.scenario));
  return written.map(({ header, steps }) => ({
    header,
    steps: steps.flatMap(({ step }) => singleCalls(step)),
  }));
}

function singleCalls(step: Step): readonly Step[] {
  if (step.op !== 'send_fd' || step.as === undefined) return [step];
  const { as, ...send } = step;
  return [send, { op: 'recv_fd', proc: step.to, as }];
}

/** A step as a person reads it: the operation, then its fields. */
export function stepInWords(step: Step): string {
  const fields = Object.entries(step).filter(([name]) => name !== 'op' && name !== 'proc');
  const words = fields.map(([name, value]) => `${name}=${valueInWords(value)}`);
  return [step.op, ...words].join(' ');
}

function valueInWords(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '0' : value.map(valueInWords).join('|');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
