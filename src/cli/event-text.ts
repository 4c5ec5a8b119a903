/** An event for people: what was asked, what the kernel answered, what became of it. */

/** An event, as the API answers it. */
export interface WireEvent {
  readonly position: number;
  readonly at: string;
  readonly pid: number;
  readonly comm: string;
  readonly call: { readonly name: string; readonly [field: string]: unknown };
  readonly outcome: {
    readonly ret?: number;
    readonly errno?: string;
    readonly rule?: string;
    readonly message?: string;
    readonly [output: string]: unknown;
  };
  readonly effects: readonly { readonly type: string; readonly [field: string]: unknown }[];
  readonly source?: 'decided' | 'observed' | 'inferred';
  readonly expected?: WireEvent['outcome'];
  readonly between?: { readonly from?: string; readonly to: string };
}

/** The lines of an event: the call with its outcome, then an indented line for each effect. */
export function eventLines({
  position,
  at,
  pid,
  comm,
  call,
  outcome,
  effects,
  ...told
}: WireEvent): string[] {
  const { name, ...args } = call;
  const asked = `${position}  ${at}  ${comm}[${pid}] ${name}(${fieldsText(args, ', ')})`;
  return [`${asked} = ${answerText(outcome)}`, ...sourceLines(told), ...effects.map(effectLine)];
}

/** What is known of an event beside it, where the model did not decide it. */
function sourceLines({
  source,
  expected,
  between,
}: Pick<WireEvent, 'source' | 'expected' | 'between'>): string[] {
  const lines: string[] = [];
  if (source === 'inferred') {
    const since = between?.from === undefined ? 'since the boot' : `after ${between.from}`;
    lines.push(`     inferred: it happened ${since}, before ${between?.to ?? 'this'}`);
  }
  if (expected !== undefined) lines.push(`     the rules say ${answerText(expected)}`);
  return lines;
}

/** The indented line of an effect. */
export function effectLine({ type, ...fields }: WireEvent['effects'][number]): string {
  return `     ${`${type} ${fieldsText(fields, ' ')}`.trimEnd()}`;
}

/** What the kernel answered: the return value or errno, and its outputs. */
export function answerText({
  ret,
  errno,
  rule,
  message,
  about: _,
  ...outputs
}: WireEvent['outcome']): string {
  const rest = fieldsText(outputs, ' ');
  const answer = errno === undefined ? String(ret) : `${errno} (${rule}: ${message})`;
  return rest === '' ? answer : `${answer} ${rest}`;
}

/** Fields as `name=value`. */
export function fieldsText(fields: Readonly<Record<string, unknown>>, separator: string): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(separator);
}
