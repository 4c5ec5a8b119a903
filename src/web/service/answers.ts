/**
 * What the API answers, as far as the page shows it. The names are the API's own; the compiler proves
 * that each of its answers fits (test/web/answers.ts).
 */
export interface HostRow {
  readonly name: string;
  readonly created_at: string;
  readonly position: number;
  readonly recorded_at: string;
  readonly origin?: { readonly host: string; readonly position: number };
}

export interface HostPage {
  readonly items: readonly HostRow[];
  readonly count?: number;
  readonly next?: string;
}

export interface Boot {
  readonly boot: number;
  readonly release: string;
  readonly position_from: number;
}

export interface HostDetail extends HostRow {
  /** The oldest position that is kept: 1, or where the log was cut. */
  readonly oldest: number;
  readonly boot: number;
  readonly release: string;
  readonly boots: readonly Boot[];
}

/** What a timeline counts, at some neighbouring positions. */
export interface Bucket {
  readonly position_from: number;
  readonly position_to: number;
  readonly at: string;
  readonly events: number;
  readonly changes: number;
  readonly refusals: number;
  readonly drift: number;
  readonly rmdirs: number;
  readonly boots: number;
  readonly holes: number;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly until: string;
  readonly items: readonly Bucket[];
}

export interface Outcome {
  readonly ret?: number;
  readonly errno?: string;
  readonly rule?: string;
  readonly message?: string;
}

export interface Effect {
  readonly type: string;
}

export interface LedgerEvent {
  readonly position: number;
  readonly at: string;
  readonly recorded_at: string;
  readonly source: string;
  readonly boot: number;
  readonly actor: string;
  readonly pid: number;
  readonly comm: string;
  readonly call: { readonly name: string };
  readonly outcome: Outcome;
  readonly expected?: Outcome;
  readonly effects: readonly Effect[];
  readonly uid?: number;
  readonly cgroup?: string;
  readonly container_id?: string;
  readonly unit?: string;
}

/** An event in short. */
export interface EventRef {
  readonly position: number;
  readonly at: string;
  readonly actor: string;
  readonly pid: number;
  readonly comm: string;
  readonly call: string;
}

/** An attach type: a name, or a number without one. */
export type AttachType = string | number;

export interface Entry {
  readonly prog_id: number;
  readonly link_id?: number;
  readonly preorder?: true;
}

export interface List {
  readonly attach_type: AttachType;
  readonly mode: 'none' | 'override' | 'multi';
  readonly revision: number;
  readonly entries: readonly Entry[];
}

export interface PageOf<T> {
  readonly position: number;
  readonly items: readonly T[];
  readonly next?: string;
}

/** A row of the tree of cgroups. */
export interface OutlineRow {
  readonly cgroup_id: number;
  readonly path: string;
  readonly depth: number;
  readonly has_children: boolean;
  readonly attached: readonly List[];
}

export interface Slot extends Entry {
  readonly cgroup_id?: number;
  readonly index?: number;
}

export interface EffectiveView {
  readonly attach_type: AttachType;
  readonly slots: readonly Slot[];
}

/** A cgroup that was sought in the tree, or the nearest one above it. */
export interface Sought {
  readonly cgroup_id: number;
  readonly path: string;
  /** Absent when it is none of the rows. */
  readonly row?: number;
  /** Nearest first. */
  readonly above: readonly { readonly cgroup_id: number; readonly path: string }[];
  readonly attached: readonly List[];
  readonly effective: readonly EffectiveView[];
}

/** A window of the rows of the tree. */
export interface Outline {
  readonly position: number;
  readonly offset: number;
  readonly rows: number;
  readonly matches: number;
  readonly cgroups: number;
  readonly sought?: Sought;
  readonly items: readonly OutlineRow[];
}

export interface LinkHolders {
  readonly fds: readonly { readonly pid: number; readonly comm: string; readonly fd: number }[];
  readonly in_flight_to: readonly number[];
  readonly pins: readonly string[];
}

export interface BlamedSlot extends Slot {
  readonly prog_name: string;
  readonly loaded_by: EventRef;
  readonly put_by: EventRef;
  readonly updated_by?: EventRef;
  readonly held_by?: LinkHolders;
}

export interface EffectiveArray {
  readonly position: number;
  readonly path: string;
  readonly attach_type: AttachType;
  readonly slots: readonly BlamedSlot[];
}

export interface Program {
  readonly prog_id: number;
  readonly prog_name: string;
  readonly prog_type: string | number;
  readonly tag: string;
}

export interface ArrayVersion {
  readonly position: number;
  readonly at: string;
  readonly boot: number;
  readonly cgroup_id?: number;
  readonly slots: readonly Slot[];
  readonly by: EventRef;
}

export interface ArrayTimeline {
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly items: readonly ArrayVersion[];
  readonly programs: readonly {
    readonly boot: number;
    readonly prog_id: number;
    readonly prog_name: string;
  }[];
  readonly next?: number;
}

/** A page of an object's history. */
export interface History {
  readonly position: number;
  readonly items: readonly {
    readonly event: LedgerEvent;
    readonly what: string;
    readonly ended?: string;
    /** Of a link: who keeps it alive after the event. */
    readonly held_by?: LinkHolders;
  }[];
  readonly next?: string;
}

export interface Explanation {
  readonly program: number;
  readonly prog_name?: string;
  readonly effective: boolean;
  readonly why: string;
  readonly sentence: string;
  readonly change?: string;
  readonly event?: EventRef;
  readonly later_refusal?: EventRef;
}

export interface PlannedSlot extends Slot {
  readonly prog_name?: string;
}

export interface Plan {
  readonly position: number;
  readonly calls: readonly {
    readonly call: { readonly name: string };
    readonly outcome: Outcome;
    readonly effects: readonly Effect[];
  }[];
  readonly changed: readonly {
    readonly cgroup_id: number;
    readonly path: string;
    readonly attach_type: AttachType;
    readonly before: readonly PlannedSlot[];
    readonly after: readonly PlannedSlot[];
  }[];
  readonly warnings: readonly {
    readonly call: number;
    readonly kind: string;
    readonly sentence: string;
  }[];
  readonly truncated: boolean;
}

export interface ReleaseList {
  readonly items: readonly { readonly id: string }[];
}

export interface Replay {
  readonly position: number;
  readonly release: string;
  readonly compared_to: number;
  readonly items: readonly {
    readonly event: LedgerEvent;
    readonly recorded_under: string;
    readonly because: 'release' | 'earlier';
    readonly sentence: string;
    readonly switches: readonly { readonly name: string; readonly sentence: string }[];
  }[];
  readonly next?: number;
}

export interface SequenceChange<T> {
  readonly change: 'added' | 'removed' | 'changed' | 'moved';
  readonly place?: number;
  readonly was_place?: number;
  readonly was?: T;
  readonly is?: T;
}

interface NamedProgram {
  readonly prog_id: number;
  readonly prog_name: string;
}

interface RowChanges {
  readonly added: readonly object[];
  readonly removed: readonly object[];
  readonly changed: readonly object[];
}

export interface Diff {
  readonly from: number;
  readonly to: number;
  readonly cgroups: RowChanges;
  readonly programs: RowChanges & {
    readonly added: readonly NamedProgram[];
    readonly removed: readonly NamedProgram[];
  };
  readonly links: RowChanges;
  readonly maps: RowChanges;
  readonly bpffs: RowChanges;
  readonly processes: RowChanges;
  readonly effective: readonly {
    readonly cgroup_id: number;
    readonly path: string;
    readonly attach_type: AttachType;
    readonly slots: readonly SequenceChange<Slot>[];
    readonly same_in: readonly number[];
    readonly because: readonly number[];
  }[];
  readonly events: readonly EventRef[];
}
