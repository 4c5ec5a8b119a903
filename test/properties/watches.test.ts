// Each property can fail: one thing is broken in a state that is right, and the watch says so.

import { expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import type { Decision } from '../../src/domain/decision.ts';
import type { AttachFlags } from '../../src/domain/flags.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { listOf, setList } from '../../src/domain/list.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import type { Called, Watch } from './called.ts';
import { idsAreNeverReused, refusedCallsChangeNothing, revisionsCountChanges } from './changes.ts';
import { contentsAreCounted } from './contents.ts';
import { layersEqualDirectChange, snapshotsRoundTrip } from './copies-of-the-state.ts';
import {
  effectiveArraysFollowTheRule,
  referenceArray,
  sparseArraysEqualDense,
} from './effective-arrays.ts';
import { linksStandWhereTheySay, listsKeepTheirRules } from './lists-and-links.ts';
import { referenceCounts } from './reference-counts.ts';

const EGRESS = 'cgroup_inet_egress';
const at = { target_path: '/a', attach_type: EGRESS } as const;

/** Link 1 and, attached directly, programs 1 and 2 at /a, cgroup 2. */
const CALLS: readonly Call[] = [
  { name: 'mkdir', path: '/a' },
  { name: 'prog_load', prog_type: 'cgroup_skb' },
  { name: 'prog_load', prog_type: 'cgroup_skb' },
  { name: 'link_create', ...at, prog_fd: 3 },
  { name: 'prog_attach', ...at, attach_bpf_fd: 3, flags: ['multi'] },
  { name: 'prog_attach', ...at, attach_bpf_fd: 4, flags: ['multi'] },
];
const REFUSED: Call = { name: 'close', fd: 99 };

interface Breakage {
  /** What the last call is; that it is refused unless it is said. */
  readonly call?: Call;
  /** Changes the state after the last call. */
  readonly state?: (kernel: Kernel) => void;
  /** Changes what was decided. */
  readonly decision?: (decision: Decision) => Decision;
}

/** Shows all calls to a watch, the last one with something broken. */
function showCalls(watch: Watch, kernel: Kernel, breakage: Breakage): void {
  for (const call of CALLS) watch(makeCall(kernel, call, {}));
  watch(makeCall(kernel, breakage.call ?? REFUSED, breakage));
}

function makeCall(kernel: Kernel, call: Call, { state, decision: changed }: Breakage): Called {
  const before = snapshotOf(kernel);
  const decided = perform(kernel, BOOT_PID, call);
  state?.(kernel);
  const after = snapshotOf(kernel);
  const texts = { beforeText: JSON.stringify(before), afterText: JSON.stringify(after) };
  const decision = changed?.(decided) ?? decided;
  return { pid: BOOT_PID, call, decision, kernel, before, after, ...texts };
}

function newKernel(): Kernel {
  return boot('6.18');
}

const inList = (change: (entries: readonly object[]) => readonly object[], mode = 'multi') =>
  ({
    state: (kernel) => {
      const cgroup = kernel.cgroups.edit(2);
      const { entries, revision } = listOf(cgroup, EGRESS);
      setList(cgroup, EGRESS, { mode, revision, entries: change(entries) } as never);
    },
  }) satisfies Breakage as Breakage;

const BROKEN: readonly (readonly [string, (start: Kernel) => Watch, Breakage, RegExp])[] = [
  [
    'a program with one reference too many',
    referenceCounts,
    { state: (kernel) => kernel.programs.edit(1).refs++ },
    /prog 1 has 4 references, a recount gives 3/u,
  ],
  [
    'an fd on a file that is gone',
    referenceCounts,
    { state: (kernel) => kernel.files.delete(kernel.processes.get(1)?.fds.get(4)?.file ?? 0) },
    /references/u,
  ],
  [
    'a child that nobody counted',
    referenceCounts,
    { state: (kernel) => kernel.cgroups.edit(1).children-- },
    /\/ has 1 children/u,
  ],
  [
    'a program twice in a list',
    () => listsKeepTheirRules,
    inList((entries) => [...entries, { prog_id: 1 }]),
    /a program twice/u,
  ],
  [
    'two entries without multi',
    () => listsKeepTheirRules,
    inList((entries) => entries.slice(1), 'override'),
    /2 entries in mode override/u,
  ],
  [
    '65 entries',
    () => listsKeepTheirRules,
    inList(() => Array.from({ length: 65 }, (_, i) => ({ prog_id: i }))),
    /65 entries/u,
  ],
  [
    'a defunct link in a list',
    () => listsKeepTheirRules,
    { state: (kernel) => Object.assign(kernel.links.edit(1), { cgroup_id: 0 }) },
    /link 1 does not point back/u,
  ],
  [
    'an attached link without an entry',
    () => linksStandWhereTheySay,
    inList((entries) => entries.slice(1)),
    /link 1 of cgroup 2 has 0 entries/u,
  ],
  [
    'an array that a bug wrote on a kernel without the bug',
    sparseArraysEqualDense,
    {
      state: (kernel) =>
        kernel.writtenArrays.set(`2|${EGRESS}`, {
          ...{ cgroup_id: 2, attach_type: EGRESS, prog_ids: [2] },
        }),
    },
    /effective \[2\], but a dense kernel stores \[1,1,2\]/u,
  ],
  [
    'a refused call that changed something',
    () => refusedCallsChangeNothing,
    { state: (kernel) => kernel.counters.prog++ },
    /a refused call changed the state/u,
  ],
  [
    'a refused close that burned a link id',
    () => refusedCallsChangeNothing,
    { decision: (of) => ({ ...of, effects: [{ type: 'LinkIdBurned', link_id: 9 }] }) },
    /a refused call had close LinkIdBurned/u,
  ],
  [
    'a revision that grew by itself',
    () => revisionsCountChanges,
    {
      state: ({ cgroups }) => {
        const cgroup = cgroups.edit(2);
        const list = listOf(cgroup, EGRESS);
        if (list.entries.length > 0) {
          setList(cgroup, EGRESS, { ...list, revision: list.revision + 1 });
        }
      },
    },
    /revision grew by 1 in 0 changes/u,
  ],
  [
    'an id given out twice',
    idsAreNeverReused,
    {
      call: { name: 'prog_load', prog_type: 'cgroup_skb' },
      decision: (of) => ({
        ...of,
        effects: of.effects.map((e) => (e.type === 'ProgLoaded' ? { ...e, prog_id: 2 } : e)),
      }),
    },
    /prog id 2 after 2/u,
  ],
  [
    'an fd that is not counted',
    () => contentsAreCounted,
    { state: (kernel) => kernel.contents-- },
    /contents are \d+, a count gives/u,
  ],
  [
    'another answer than that of a restored state',
    () => snapshotsRoundTrip,
    { decision: (of) => ({ ...of, outcome: { ret: 0 } }) },
    /a restored state decides/u,
  ],
  [
    'a state that a layer does not come to',
    (start) => layersEqualDirectChange(snapshotOf(start)),
    { state: (kernel) => kernel.counters.file++ },
    /effects on a layer gave another state/u,
  ],
];

it.each(BROKEN)('%s is noticed, and a state without it is not', (_, watch, breakage, says) => {
  const whole = newKernel();
  const { call = REFUSED } = breakage;
  expect(() => showCalls(watch(whole), whole, { call })).not.toThrow();
  const broken = newKernel();
  expect(() => showCalls(watch(broken), broken, breakage)).toThrow(says);
});

/** Program `id` (fd `id` + 2) attached at a path. */
const attachCall = (id: number, target_path: string, flags: AttachFlags): Call => ({
  ...{ name: 'prog_attach', target_path, attach_type: EGRESS, attach_bpf_fd: id + 2, flags },
});

it('the slow reference gives the order of the worked example (semantics §22)', () => {
  const kernel = newKernel();
  const load: Call = { name: 'prog_load', prog_type: 'cgroup_skb' };
  const calls: readonly Call[] = [
    { name: 'mkdir', path: '/a' },
    ...Array.from({ length: 7 }, () => load),
    ...[1, 2].map((id) => attachCall(id, '/', ['multi'])),
    ...[3, 4].map((id) => attachCall(id, '/', ['multi', 'preorder'])),
    attachCall(5, '/a', ['multi']),
    ...[6, 7].map((id) => attachCall(id, '/a', ['multi', 'preorder'])),
  ];
  for (const call of calls) effectiveArraysFollowTheRule(makeCall(kernel, call, {}));
  const cgroup = kernel.cgroups.get(2);
  if (cgroup === undefined) throw new Error('/a is there');
  expect(referenceArray(kernel, cgroup, EGRESS)).toEqual([3, 4, 6, 7, 5, 1, 2]);
});

it('in the slow reference an overridable level yields to entries below it', () => {
  const kernel = newKernel();
  const load: Call = { name: 'prog_load', prog_type: 'cgroup_skb' };
  const calls: readonly Call[] = [
    ...[{ name: 'mkdir', path: '/a' } as const, load, load],
    attachCall(1, '/', ['override']),
    attachCall(2, '/a', ['multi']),
  ];
  for (const call of calls) makeCall(kernel, call, {});
  const arrays = [1, 2].map((id) => {
    const cgroup = kernel.cgroups.get(id);
    return cgroup === undefined ? [] : referenceArray(kernel, cgroup, EGRESS);
  });
  expect(arrays).toEqual([[1], [2]]);
});
