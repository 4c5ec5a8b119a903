/** `bpfledger explain-call`: what a call takes, and which errno a kernel finds first. */

import { type Release, releaseOf, unknownRelease } from '../domain/release/release.ts';
import { CALL_NAMES, fieldsOfCall } from '../events/schema/call-schema.ts';
import { suggestion } from '../events/schema/near-name.ts';
import { knownFlagsOf } from '../recorders/release-probe/known-flags.ts';
import { command, type Printer } from './command.ts';
import { type OrderTable, readErrnoOrder } from './errno-order.ts';
import { EXIT, UsageError } from './exit-code.ts';

/** The newest release that is modelled, for who names none. */
const DEFAULT_RELEASE = '7.3';

export const explainCall = command({
  usage: 'CALL [options]',
  about:
    'Shows the fields of a call, the flags that a release knows for it, and its errnos in the order in\n' +
    'which that kernel checks them: of several faults, it answers the first. Each list begins with one\n' +
    'state and one call in which everything is wrong (docs/errno has them for all releases).',
  flags: {
    release: { value: 'R', about: `kernel release; default: ${DEFAULT_RELEASE}` },
    json: { about: 'the same as one JSON object' },
  },
  example: 'npx bpfledger explain-call prog_attach --release 6.1',
  async run({ flags, words, print }) {
    const [name, extra] = words;
    if (name === undefined || extra !== undefined) {
      throw new UsageError('explain-call needs one CALL, such as prog_attach');
    }
    const fields = fieldsOfCall(name);
    if (fields === undefined) {
      const hint = suggestion(name, CALL_NAMES);
      throw new UsageError(`there is no call ${name}${hint} (there are ${CALL_NAMES.join(', ')})`);
    }
    const asked = flags.release ?? DEFAULT_RELEASE;
    const release = releaseOf(asked);
    if (release === undefined) throw new UsageError(unknownRelease(asked));
    const known = knownFlagsOf(name, release.id);
    const orders = await readErrnoOrder(name, release);
    const told = { call: name, release: release.id, fields, flags: known, errnos: orders };
    if (flags.json) print.out(JSON.stringify(told));
    else say(told, release, print);
    return EXIT.done;
  },
});

interface CallExplanation {
  readonly call: string;
  readonly fields: NonNullable<ReturnType<typeof fieldsOfCall>>;
  readonly flags: ReturnType<typeof knownFlagsOf>;
  readonly errnos: readonly OrderTable[];
}

function say(
  { call, fields, flags, errnos }: CallExplanation,
  { id, basis }: Release,
  print: Printer,
): void {
  print.out(`${call} on ${id} (${basis})`);
  const namesOf = (optional: boolean) =>
    fields.filter((one) => one.optional === optional).map(({ field }) => field);
  print.out(`  fields    ${namesOf(false).join(', ') || 'none that must be given'}`);
  const optional = namesOf(true);
  if (optional.length > 0) print.out(`  optional  ${optional.join(', ')}`);
  if (flags !== undefined) {
    print.out(`  flags     ${flags.known.join(', ')}`);
    if (flags.unknown.length > 0) print.out(`  unknown   ${flags.unknown.join(', ')}: EINVAL`);
  }
  for (const { title, state, first, checks } of errnos) {
    print.out('');
    print.out(title);
    print.out(`  state  ${state.replaceAll('`', '')}`);
    print.out(`  call   ${first}`);
    for (const { errno, fault, source } of checks) {
      print.out(`    ${errno.padEnd(10)}  ${fault}${source === '' ? '' : `  [${source}]`}`);
    }
  }
  if (errnos.length === 0) print.out('  errnos    no table of docs/errno is about this call alone');
}
