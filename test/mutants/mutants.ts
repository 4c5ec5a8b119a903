// Deliberate faults. Each breaks one promise of docs/guarantees.md by one change of the source, and
// names the test that must notice.

/** A test that notices: seeds of the simulation, or a file of tests. */
export type Detector =
  | { readonly seeds: number }
  | { readonly project: 'unit' | 'full'; readonly file: string };

export interface Mutant {
  /** What the faulty program does. */
  readonly fault: string;
  readonly file: string;
  /** Text that stands in the file once, and what stands in its place. */
  readonly from: string;
  readonly to: string;
  readonly noticedBy: Detector;
}

const SIMULATED: Detector = { seeds: 300 };
const APPEND = 'src/events/writing/append.ts';
const COMMIT = 'src/events/writing/commit.ts';
const FATE = 'src/events/writing/fate.ts';
const FEED = 'src/events/reading/host-feed.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    fault: 'appends wherever the head is',
    file: APPEND,
    from: "and position = $2::int8 and epoch = $3::int8\n    and hash = decode($10::text, 'hex')",
    to: '',
    noticedBy: SIMULATED,
  },
  {
    fault: 'lets a fenced append through',
    file: APPEND,
    from: ' and epoch = $3::int8',
    to: '',
    noticedBy: SIMULATED,
  },
  {
    fault: 'appends to a log that went back',
    file: APPEND,
    from: "\n    and hash = decode($10::text, 'hex')",
    to: '',
    noticedBy: SIMULATED,
  },
  {
    fault: 'answers before the commit',
    file: COMMIT,
    from: "if (!(await context.append(database, batchOf(tip, context, draft)))) return { came: 'missed' };",
    to: 'void context.append(database, batchOf(tip, context, draft)).catch(() => undefined);',
    noticedBy: SIMULATED,
  },
  {
    fault: 'records no idempotency keys',
    file: COMMIT,
    from: 'from: tip.head, to, bodies, keys, rows }',
    to: 'from: tip.head, to, bodies, keys: [], rows }',
    noticedBy: SIMULATED,
  },
  {
    fault: 'swaps the events of an append',
    file: APPEND,
    from: "batch.bodies.join('\\n')",
    to: "[...batch.bodies].reverse().join('\\n')",
    noticedBy: SIMULATED,
  },
  {
    fault: 'forgets the rows of one projection',
    file: APPEND,
    from: 'all.filter((i) => (batch.rows[i]?.length ?? 0) > 0)',
    to: 'all.filter((i) => i > 1 && (batch.rows[i]?.length ?? 0) > 0)',
    noticedBy: SIMULATED,
  },
  {
    fault: 'asks for the fate of an append without fencing it off',
    file: FATE,
    from: 'await raiseEpoch(database, lost.hostId);',
    to: '',
    noticedBy: SIMULATED,
  },
  {
    fault: 'takes a lost append for a recorded one',
    file: FATE,
    from: 'return found.length > 0;',
    to: 'return true;',
    noticedBy: SIMULATED,
  },
  {
    fault: 'hands followers events of another history',
    file: FEED,
    from: 'if (mark === end.mark) this.#take(events);',
    to: 'if (mark !== null) this.#take(events);',
    noticedBy: SIMULATED,
  },
  {
    fault: 'never tells followers that the log went back',
    file: FEED,
    from: 'if (!(await this.#holds(head, end))) change({ head: head.position });',
    to: '',
    noticedBy: SIMULATED,
  },
  {
    fault: 'takes another request under a used key for a repetition',
    file: 'src/events/writing/idempotency.ts',
    from: 'row.fingerprint !== fingerprint',
    to: "fingerprint === ''",
    noticedBy: { project: 'full', file: 'test/contract/appending.test.ts' },
  },
  {
    fault: 'lets a reader write',
    file: 'src/api/route-access.ts',
    from: 'if (includes(principal.role, role)) return;',
    to: 'return;',
    noticedBy: { project: 'full', file: 'test/api/route-access.test.ts' },
  },
  {
    fault: 'answers pages of other sites',
    file: 'src/api/guard/access.ts',
    from: '  refuseForeign(sent);\n',
    to: '',
    noticedBy: { project: 'full', file: 'test/api/browsers.test.ts' },
  },
  {
    fault: 'says that any tag is still true',
    file: 'src/api/guard/unchanged.ts',
    from: 'if (!tags.includes(tag)) return;',
    to: '',
    noticedBy: { project: 'full', file: 'test/api/reads.test.ts' },
  },
  {
    fault: 'imports events that say more than their fields',
    file: 'src/events/bundle/sound-event.ts',
    from: 'if (!isCanonical(row, event)) {',
    to: 'if (row.position < 0) {',
    noticedBy: { project: 'full', file: 'test/proof/bundle.test.ts' },
  },
  {
    fault: 'verifies a chain that does not hold',
    file: 'src/events/proof/chain-check.ts',
    from: 'if (this.#hash !== undefined && !sameBytes(this.#hash, stored)) {',
    to: 'if (this.#hash === stored) {',
    noticedBy: { project: 'full', file: 'test/proof/flipped-bytes.test.ts' },
  },
  {
    fault: 'never counts what refers to an object',
    file: 'src/domain/evolve/references.ts',
    from: 'object.refs += delta;',
    to: 'object.refs += 0 * delta;',
    noticedBy: { project: 'unit', file: 'test/spec/lifetimes.test.ts' },
  },
];
