// Deliberate faults. Each breaks one promise of docs/guarantees.md by one change of the source, and
// names the test that must notice.

/** One test of the suite. */
export interface NamedTest {
  readonly project: 'unit' | 'full';
  readonly file: string;
  /** As the run prints it; tests of the same title on the other database are meant as well. */
  readonly title: string;
}

export interface Mutant {
  /** What the faulty program does. */
  readonly fault: string;
  readonly file: string;
  /** Text that stands in the file once, and what stands in its place. */
  readonly from: string;
  readonly to: string;
  readonly noticedBy: NamedTest;
  /** Seeds of the simulation that must notice as well. */
  readonly seeds?: number;
  /** The test waits for what never comes: running out of its time is noticing. */
  readonly hangs?: true;
}

const SEEDS = 300;
const APPEND = 'src/events/writing/append.ts';
const COMMIT = 'src/events/writing/commit.ts';
const FATE = 'src/events/writing/fate.ts';
const FEED = 'src/events/reading/host-feed.ts';

function full(file: string, title: string): NamedTest {
  return { project: 'full', file, title };
}

const appending = (title: string) => full('test/contract/appending.test.ts', title);
const lostTail = (title: string) => full('test/contract/lost-tail.test.ts', title);
const LATE = full(
  'test/contract/late-appends.test.ts',
  'records nothing once its writer was told that nothing was recorded',
);

/** A parameter that no text of a statement has is an error: each fault keeps the parameters. */
export const MUTANTS: readonly Mutant[] = [
  {
    fault: 'appends wherever the head is',
    file: APPEND,
    from: "and position = $2::int8 and epoch = $3::int8\n    and hash = decode($10::text, 'hex')",
    to: 'and $2::int8 + $3::int8 is not null and $10::text is not null',
    noticedBy: appending('lets a deposed writer decide anew on what the other one did'),
    seeds: SEEDS,
  },
  {
    fault: 'lets a fenced append through',
    file: APPEND,
    from: ' and epoch = $3::int8',
    to: ' and $3::int8 is not null',
    noticedBy: LATE,
    seeds: SEEDS,
  },
  {
    fault: 'appends to a log that went back',
    file: APPEND,
    from: "\n    and hash = decode($10::text, 'hex')",
    to: '\n    and $10::text is not null',
    noticedBy: lostTail("is written on whole with the head 'at the same position and epoch'"),
    seeds: SEEDS,
  },
  {
    fault: 'answers before the commit',
    file: COMMIT,
    from: "if (!(await context.append(database, batchOf(tip, context, draft)))) return { came: 'missed' };",
    to: 'void context.append(database, batchOf(tip, context, draft)).catch(() => undefined);',
    noticedBy: full(
      'test/contract/lost-answers.test.ts',
      'says that the fate is unknown when the database stays away, and goes on later',
    ),
    seeds: SEEDS,
  },
  {
    fault: 'records no idempotency keys',
    file: COMMIT,
    from: 'from: tip.head, to, bodies, keys, rows }',
    to: 'from: tip.head, to, bodies, keys: keys.slice(0, 0), rows }',
    noticedBy: appending('answers every keyed write twice with the same events'),
    seeds: SEEDS,
  },
  {
    fault: 'swaps the events of an append',
    file: APPEND,
    from: "batch.bodies.join('\\n')",
    to: "[...batch.bodies].reverse().join('\\n')",
    noticedBy: appending('commits concurrent calls together'),
    seeds: SEEDS,
  },
  {
    fault: 'forgets the rows of one projection',
    file: APPEND,
    from: 'all.filter((i) => (batch.rows[i]?.length ?? 0) > 0)',
    to: "all.filter((i) => tables[i]?.name !== 'cgroup_versions' && (batch.rows[i]?.length ?? 0) > 0)",
    noticedBy: full(
      'test/contract/projections.test.ts',
      'are the same after a rebuild, and whatever the batches were',
    ),
    seeds: SEEDS,
  },
  {
    fault: 'asks for the fate of an append without fencing it off',
    file: FATE,
    from: 'await raiseEpoch(database, lost.hostId);',
    to: 'void raiseEpoch;',
    noticedBy: LATE,
    seeds: SEEDS,
  },
  {
    fault: 'takes a lost append for a recorded one',
    file: FATE,
    from: 'return found.length > 0;',
    to: 'return found.length >= 0;',
    noticedBy: full(
      'test/contract/lost-answers.test.ts',
      'records a call once when it breaks before',
    ),
    seeds: SEEDS,
  },
  {
    fault: 'hands followers events of another history',
    file: FEED,
    from: 'if (mark === end.mark) this.#take(events);',
    to: 'if (mark !== null) this.#take(events);',
    noticedBy: lostTail("ends its followers with the head 'further on'"),
    seeds: SEEDS,
  },
  {
    fault: 'never tells followers that the log went back',
    file: FEED,
    from: 'if (without !== undefined) change({ head: without });',
    to: 'if (without !== undefined) return;',
    noticedBy: lostTail('hands a follower that is behind nothing of two histories'),
    seeds: SEEDS,
  },
  {
    fault: 'takes another request under a used key for a repetition',
    file: 'src/events/writing/idempotency.ts',
    from: 'row.fingerprint !== fingerprint',
    to: "fingerprint === ''",
    noticedBy: appending('refuses a used key with another request, but not per principal or line'),
  },
  {
    fault: 'lets a reader write',
    file: 'src/api/route-access.ts',
    from: 'if (includes(principal.role, role)) return;',
    to: 'if (includes(principal.role, role) || role !== undefined) return;',
    noticedBy: full(
      'test/api/route-access.test.ts',
      'takes a token of role reader, or names the role that it lacks',
    ),
  },
  {
    fault: 'answers pages of other sites',
    file: 'src/api/guard/access.ts',
    from: '  refuseForeign(sent);\n',
    to: '  void refuseForeign;\n',
    noticedBy: full('test/api/browsers.test.ts', 'is refused at the side door too'),
  },
  {
    fault: 'says that any tag is still true',
    file: 'src/api/guard/answer-unchanged.ts',
    from: 'if (!tags.includes(tag)) return;',
    to: 'if (tags.length === 0) return;',
    noticedBy: full('test/api/lost-tail.test.ts', 'GET …/cgroups is not answered 304'),
  },
  {
    fault: 'imports events that say more than their fields',
    file: 'src/events/bundle/sound-event.ts',
    from: 'if (!isCanonical(row, event)) {',
    to: 'if (isCanonical(row, event) && row.position < 0) {',
    noticedBy: full(
      'test/proof/bundle.test.ts',
      'is refused when an event has more than an event has',
    ),
  },
  {
    fault: 'verifies a chain that does not hold',
    file: 'src/events/proof/chain-check.ts',
    from: 'if (this.#hash !== undefined && !sameBytes(this.#hash, stored)) {',
    to: 'if (this.#hash === stored) {',
    noticedBy: full(
      'test/proof/flipped-bytes.test.ts',
      'names the event whose text was changed, when the line was digested anew',
    ),
  },
  {
    fault: 'never counts what refers to an object',
    file: 'src/domain/evolve/references.ts',
    from: 'object.refs += delta;',
    to: 'object.refs += 0 * delta;',
    noticedBy: {
      project: 'unit',
      file: 'test/spec/lifetimes.test.ts',
      title: 'a dup of its fd',
    },
  },
];
