/**
 * What changed between two moments, as state: rows of everything that has rows, lists entry by
 * entry, and effective arrays slot by slot with what moved. A difference is complete: applied to
 * the first state it gives the second (`applyDiff`).
 */
import { isDeepStrictEqual } from 'node:util';
import type { AttachType } from '../../domain/attach-type.ts';
import type { Boot } from '../../domain/kernel.ts';
import { mapInTurns, type Pausing, walk } from '../../events/turns.ts';
import type { ListedEntry } from '../../projections/entries.ts';
import type { ProcessView } from '../../projections/processes.ts';
import type {
  AttachedView,
  CgroupView,
  LinkView,
  MapView,
  PathView,
  ProgramView,
  WorldState,
} from '../../projections/state.ts';
import { subject } from '../subjects/subject.ts';
import { type ArrayChange, arrayChanges } from './array-changes.ts';
import type { CausesOf } from './causes.ts';
import { type Caused, type RowsDiff, rowsDiff } from './rows.ts';
import { type SequenceChange, sequenceChanges } from './sequence.ts';

/** A cgroup without its lists and arrays, whose changes are listed one by one. */
export type CgroupRowView = Omit<CgroupView, 'attached' | 'effective'>;

export type ListHead = Pick<AttachedView, 'mode' | 'revision'>;

export interface ListChange extends Caused {
  readonly cgroup_id: number;
  readonly path: string;
  readonly attach_type: AttachType;
  /** Absent while the list was never used. */
  readonly was?: ListHead;
  /** Absent when the list is there no more. */
  readonly is?: ListHead;
  readonly entries: readonly SequenceChange<ListedEntry>[];
}

export interface StateDiff {
  /** Present when the host booted in between: then everything before is gone and everything after is new. */
  readonly boot?: { readonly was: Boot; readonly is: Boot };
  readonly cgroups: RowsDiff<CgroupRowView>;
  readonly lists: readonly ListChange[];
  readonly effective: readonly ArrayChange[];
  readonly programs: RowsDiff<ProgramView>;
  readonly links: RowsDiff<LinkView>;
  readonly maps: RowsDiff<MapView>;
  readonly bpffs: RowsDiff<PathView>;
  readonly processes: RowsDiff<ProcessView>;
}

/** The key of a row in each table. */
export const KEYS = {
  cgroups: (row: CgroupRowView) => row.cgroup_id,
  programs: (row: ProgramView) => row.prog_id,
  links: (row: LinkView) => row.link_id,
  maps: (row: MapView) => row.map_id,
  bpffs: (row: PathView) => row.path,
  processes: (row: ProcessView) => row.pid,
} as const;

/**
 * The difference of two states.
 *
 * @param before of the same boot as `after`, or of another one: then ids mean other things
 * @param causes which events changed a subject; without it no change names its events
 */
export function* diffStates(
  before: WorldState,
  after: WorldState,
  causes: CausesOf = () => [],
): Pausing<StateDiff> {
  const [was, is] = [before.boot, after.boot];
  if (was.number !== is.number || was.boot_id !== is.boot_id) {
    return { boot: { was, is }, ...(yield* acrossBoots(before, after, causes)) };
  }
  return yield* tablesDiff(before, after, causes);
}

const NOTHING = {
  ...{ cgroups: [], programs: [], links: [], maps: [], bpffs: [], processes: [] },
} as const;

/** Ids of two boots mean different things: everything before ended and everything after is new. */
function* acrossBoots(before: WorldState, after: WorldState, causes: CausesOf): Pausing<StateDiff> {
  const ended = yield* tablesDiff(before, { boot: before.boot, ...NOTHING }, causes);
  const began = yield* tablesDiff({ boot: after.boot, ...NOTHING }, after, causes);
  const both = <R>(table: (diff: StateDiff) => RowsDiff<R>): RowsDiff<R> => ({
    added: table(began).added,
    removed: table(ended).removed,
    changed: [],
  });
  return {
    cgroups: both((diff) => diff.cgroups),
    lists: began.lists,
    effective: began.effective,
    programs: both((diff) => diff.programs),
    links: both((diff) => diff.links),
    maps: both((diff) => diff.maps),
    bpffs: both((diff) => diff.bpffs),
    processes: both((diff) => diff.processes),
  };
}

function* tablesDiff(before: WorldState, after: WorldState, causes: CausesOf): Pausing<StateDiff> {
  const object =
    (kind: 'prog' | 'link' | 'map') =>
    (id: number | string): readonly number[] =>
      causes([subject.object(kind, Number(id))]);
  return {
    cgroups: yield* rowsDiff(
      yield* mapInTurns(before.cgroups, rowOf),
      yield* mapInTurns(after.cgroups, rowOf),
      {
        key: KEYS.cgroups,
        because: (id) => causes([subject.cgroup(Number(id))]),
      },
    ),
    lists: yield* listChanges(before.cgroups, after.cgroups, causes),
    effective: yield* arrayChanges(before.cgroups, after.cgroups, causes),
    programs: yield* rowsDiff(before.programs, after.programs, {
      key: KEYS.programs,
      because: object('prog'),
    }),
    links: yield* rowsDiff(before.links, after.links, { key: KEYS.links, because: object('link') }),
    maps: yield* rowsDiff(before.maps, after.maps, { key: KEYS.maps, because: object('map') }),
    bpffs: yield* rowsDiff(before.bpffs, after.bpffs, {
      key: KEYS.bpffs,
      because: (path) => causes([subject.path(String(path))]),
    }),
    processes: yield* rowsDiff(before.processes, after.processes, {
      key: KEYS.processes,
      because: (pid, rows) => causes([subject.process(Number(pid)), ...filesOf(rows)]),
    }),
  };
}

function rowOf({ attached: _, effective: __, ...row }: CgroupView): CgroupRowView {
  return row;
}

/** The rows of processes count the sharers of an open file description, which others change. */
function filesOf(rows: readonly ProcessView[]): string[] {
  return rows.flatMap(({ fds, mailbox }) =>
    [...fds, ...mailbox].map(({ file }) => subject.file(file)),
  );
}

function* listChanges(
  before: readonly CgroupView[],
  after: readonly CgroupView[],
  causes: CausesOf,
): Pausing<ListChange[]> {
  const known = new Map<number, CgroupView>();
  yield* walk(before, (cgroup) => known.set(cgroup.cgroup_id, cgroup));
  const changes = yield* mapInTurns(after, ({ cgroup_id, path, attached }) => {
    const wasAttached = known.get(cgroup_id)?.attached ?? [];
    const types = new Set([...wasAttached, ...attached].map(({ attach_type }) => attach_type));
    return [...types].flatMap((attach_type): ListChange[] => {
      const was = wasAttached.find((list) => list.attach_type === attach_type);
      const is = attached.find((list) => list.attach_type === attach_type);
      if (isDeepStrictEqual(was, is)) return [];
      return [
        {
          ...{ cgroup_id, path, attach_type },
          ...(was && { was: headOf(was) }),
          ...(is && { is: headOf(is) }),
          entries: sequenceChanges(was?.entries ?? [], is?.entries ?? [], {
            identity: entryIdentity,
            same: isDeepStrictEqual,
          }),
          because: causes([subject.list(cgroup_id, attach_type)]),
        },
      ];
    });
  });
  return changes.flat();
}

function headOf({ mode, revision }: AttachedView): ListHead {
  return { mode, revision };
}

/** A link's entry stays the same when the link runs another program. */
export function entryIdentity({ prog_id, link_id }: ListedEntry): string {
  return link_id === undefined ? `prog ${prog_id}` : `link ${link_id}`;
}
