/** Outcomes: what the kernel answers to a call. A refusal is a value, never an exception. */
import type { AttachType } from './attach-type.ts';
import type { MapKey } from './call.ts';
import type { Errno } from './errno.ts';
import type { MapType } from './map-type.ts';
import type { ProgType } from './prog-type.ts';
import type { RuleName } from './rules.ts';

/** What PROG_QUERY writes back into the caller's attr, also when it fails. */
export interface QueryOutputs {
  readonly prog_cnt: number;
  readonly prog_ids: readonly number[];
  readonly attach_flags: number;
  readonly prog_attach_flags?: readonly number[];
  /** Absent when the kernel did not write it. */
  readonly revision?: number;
}

/** OBJ_GET_INFO_BY_FD's answer about what has an id. */
export type IdentifiedInfo =
  | {
      readonly kind: 'link';
      readonly id: number;
      readonly prog_id: number;
      /** 0 once the link is defunct. */
      readonly cgroup_id: number;
      readonly attach_type: AttachType;
    }
  | {
      readonly kind: 'prog';
      readonly id: number;
      readonly prog_type: ProgType;
      readonly tag: string;
      readonly prog_name: string;
      readonly created_by_uid: number;
      readonly map_ids: readonly number[];
      /** Absent for a program that is not attached by BTF. */
      readonly attach_btf_id?: number;
    }
  | {
      readonly kind: 'map';
      readonly id: number;
      readonly map_type: MapType;
      readonly map_name: string;
      readonly key_size: number;
      readonly value_size: number;
      readonly max_entries: number;
    }
  | {
      readonly kind: 'btf';
      readonly id: number;
      /** Bytes of the types, where they are known: those of the kernel's own depend on its build. */
      readonly btf_size?: number;
      /** From 5.11 on. Absent for a module's, whose name is not known. */
      readonly name?: string;
      readonly kernel_btf?: boolean;
    };

/** The same about a token: sets of commands and types, by their numbers. */
export interface TokenInfo {
  readonly kind: 'token';
  readonly allowed_cmds: string;
  readonly allowed_maps: string;
  readonly allowed_progs: string;
  readonly allowed_attachs: string;
}

/** OBJ_GET_INFO_BY_FD's answer, by kind of object. */
export type ObjectInfo = IdentifiedInfo | TokenInfo;

/** What a command on many elements of a map hands back, also when it fails. */
export interface BatchOutputs {
  /** Elements that were told or changed. */
  readonly count: number;
  readonly keys?: readonly MapKey[];
  readonly values?: readonly number[];
}

/** The call was done. `ret` is the syscall's return value: an fd, a pid, or 0. */
export interface Success {
  readonly ret: number;
  readonly query?: QueryOutputs;
  readonly info?: ObjectInfo;
  readonly next_id?: number;
  readonly next_key?: MapKey;
  readonly value?: number;
  readonly batch?: BatchOutputs;
  /** recv_fd: the receiver had no free number, so the fd was dropped. */
  readonly lost?: true;
  /**
   * prog_load: whether the program passes was not decided here. The model answers as if it did; what
   * a kernel's verifier says is not known.
   */
  readonly verified?: false;
  /**
   * Observed: which object the call made or opened, where the recorder knows it. task_fd_query:
   * `prog_id` is the answer.
   */
  readonly prog_id?: number;
  readonly link_id?: number;
  readonly map_id?: number;
  readonly cgroup_id?: number;
}

/** The objects that a refusal is about; they fill the rule's sentence. */
export type About = Readonly<Record<string, string | number>>;

/** The call was refused: by which rule, and about what. */
export interface Refusal {
  readonly errno: Errno;
  readonly rule: RuleName;
  readonly about?: About;
  /** `open`: opening `target_path` failed, the call itself was not made. */
  readonly stage?: 'open';
  readonly query?: QueryOutputs;
  readonly batch?: BatchOutputs;
}

export type Outcome = Success | Refusal;

/** Whether the kernel said no. */
export function isRefusal(outcome: Outcome): outcome is Refusal {
  return 'errno' in outcome;
}

/** Whether no answer of a kernel is known: nothing is recorded of such a call. */
export function isUnmodelled(outcome: Outcome): outcome is Refusal {
  return isRefusal(outcome) && outcome.rule === 'not-modelled';
}
