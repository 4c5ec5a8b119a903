/** The golden format: a scenario of steps with what a real kernel answered, one JSON a line. */
export interface Header {
  readonly scenario: string;
  readonly format: number;
  /** A `uname -r`. */
  readonly kernel: string;
  readonly attach_types: readonly string[];
  readonly fd_numbers?: boolean;
  readonly unprivileged_bpf_disabled?: number;
  /** Outcomes of refused calls show the ids that they used up. */
  readonly id_distances?: boolean;
  /** The state shows the names on the bpffs: `name:/path` with what it is, its owner and its mode. */
  readonly names?: boolean;
}

/** The fields that steps may have; which ones depends on `op`. */
export interface Step {
  readonly op: string;
  readonly [field: string]: unknown;
}

export type StepAnswer = Readonly<Record<string, unknown>>;
export type StateDelta = Readonly<Record<string, unknown>>;

export interface RecordedStep {
  readonly i: number;
  readonly step: Step;
  readonly out: StepAnswer;
  readonly st?: StateDelta;
}

export interface Scenario {
  readonly header: Header;
  readonly steps: readonly RecordedStep[];
}

/**
 * The scenarios of a golden file: one, or several one after the other. Each begins with its header.
 *
 * @param place the file's name, for messages
 * @throws Error that names the line which is not of the format
 */
export function parseScenarios(text: string, place: string): Scenario[] {
  const scenarios: { readonly header: Header; readonly steps: RecordedStep[] }[] = [];
  text.split('\n').forEach((line, i) => {
    if (line === '') return;
    const value = parseLine(line, `${place}:${i + 1}`);
    if (isHeader(value)) scenarios.push({ header: value, steps: [] });
    else if (!isStep(value)) throw new Error(`${place}:${i + 1}: not a line of a golden file`);
    else if (scenarios.length > 0) scenarios.at(-1)?.steps.push(value);
    else throw new Error(`${place}:${i + 1}: a step before the header of its scenario`);
  });
  if (scenarios.length === 0) throw new Error(`${place}: holds no scenario`);
  return scenarios;
}

function isHeader(value: object): value is Header {
  return 'scenario' in value && 'kernel' in value && 'attach_types' in value;
}

function isStep(value: object): value is RecordedStep {
  return 'i' in value && 'step' in value && 'out' in value;
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

/** Those of some fields that a step has. */
export function pickFields(
  step: Step,
  ...fields: readonly string[]
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.flatMap((field) => (step[field] === undefined ? [] : [[field, step[field]]])),
  );
}
