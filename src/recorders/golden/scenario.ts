/** The golden format: a scenario of steps with what a real kernel answered, one JSON a line. */
import { readFile } from 'node:fs/promises';

export interface Header {
  readonly scenario: string;
  readonly format: number;
  /** A `uname -r`. */
  readonly kernel: string;
  readonly attach_types: readonly string[];
  readonly fd_numbers?: boolean;
  readonly unprivileged_bpf_disabled?: number;
}

/** The fields that steps may have; which ones depends on `op`. */
export interface Step {
  readonly op: string;
  readonly [field: string]: unknown;
}

export type Answer = Readonly<Record<string, unknown>>;
export type StateDelta = Readonly<Record<string, unknown>>;

export interface RecordedStep {
  readonly i: number;
  readonly step: Step;
  readonly out: Answer;
  readonly st?: StateDelta;
}

export interface Scenario {
  readonly header: Header;
  readonly steps: readonly RecordedStep[];
}

/**
 * Reads a scenario from the text of a golden file.
 *
 * @throws Error that names the line which is not of the format
 */
export function parseScenario(text: string, name: string): Scenario {
  const lines = text.split('\n').filter((line) => line !== '');
  const [header, ...steps] = lines.map((line, i) => parseLine(line, `${name}:${i + 1}`));
  if (header === undefined || !('kernel' in header) || !('attach_types' in header)) {
    throw new Error(`${name}:1: not the header of a golden file`);
  }
  const bad = steps.findIndex((step) => !('step' in step) || !('out' in step));
  if (bad >= 0) throw new Error(`${name}:${bad + 2}: not a step of a golden file`);
  return {
    header: header as unknown as Header,
    steps: steps as unknown as readonly RecordedStep[],
  };
}

/** Reads a scenario from a file. */
export async function readScenario(path: string): Promise<Scenario> {
  return parseScenario(await readFile(path, 'utf8'), path);
}

function parseLine(line: string, place: string): object {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below, with the place.
  }
  throw new Error(`${place}: not a JSON object`);
}
