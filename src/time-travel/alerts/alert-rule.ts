/** Alert rules: which events of which hosts somebody wants to be told of, and of some under a condition. */
import type { AttachType } from '../../domain/attach-type.ts';
import type { CgroupPattern } from '../filter/cgroup-pattern.ts';
import type { EventFilter } from '../filter/event-filter.ts';

/** Conditions that the event itself fulfils, as GET /v1/events has them; ids differ from host to host. */
export type AlertFilter = Pick<
  EventFilter,
  | ('call' | 'errno' | 'rule' | 'effect' | 'reason' | 'attach_type')
  | ('comm' | 'actor' | 'source' | 'drift')
> & {
  /** Names of hosts, `*` for any part. */
  readonly host?: readonly string[] | undefined;
};

/** Which programs are meant: those for which all that is given holds. */
export interface ProgramChoice {
  readonly prog_id?: number | undefined;
  readonly prog_name?: string | undefined;
  readonly tag?: string | undefined;
}

/** A program does not run on a cgroup any more that is still there. */
export interface LeftCondition {
  readonly kind: 'left';
  readonly program: ProgramChoice;
  readonly cgroup: CgroupPattern;
  readonly attach_type?: AttachType | undefined;
}

/** The last program left an effective array, and none came for so long. */
export interface EmptyCondition {
  readonly kind: 'empty';
  readonly cgroup: CgroupPattern;
  readonly attach_type: AttachType;
  readonly longer_than_ms: number;
}

/** An entry, or the program of a link, was replaced by a process of another name than put it there. */
export interface ReplacedCondition {
  readonly kind: 'replaced';
  readonly cgroup?: CgroupPattern | undefined;
  readonly attach_type?: AttachType | undefined;
}

export type AlertCondition = LeftCondition | EmptyCondition | ReplacedCondition;

/** What is watched for. */
export interface AlertRule {
  readonly rule_id: number;
  readonly filter: AlertFilter;
  /** Absent: each event that the filter lets pass. */
  readonly condition?: AlertCondition | undefined;
}

/** Where something came up. */
export interface AlertPlace {
  /** Path of the cgroup. */
  readonly cgroup: string;
  readonly attach_type: AttachType;
}

/** Places that one alert tells, and of how many it keeps track; more are counted. */
export const ALERT_PLACES_MAX = 100;

/** What came up, by one event. */
export interface Alert {
  readonly rule_id: number;
  readonly host_id: number;
  readonly host: string;
  /** The event that it is about. */
  readonly position: number;
  /** When it came up, microseconds since the epoch. */
  readonly time: number;
  readonly places?: readonly AlertPlace[];
  /** How many places there are in all. */
  readonly place_count?: number;
  /** Since when an array is empty, and until when it was, if it has ended. */
  readonly since?: number;
  readonly until?: number;
  /** Who had put there what was replaced; absent where nobody saw it. */
  readonly owner?: { readonly comm: string; readonly position: number };
}
