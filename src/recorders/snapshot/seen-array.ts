/** An effective array as a kernel tells it. */
import type { AttachType } from '../../domain/attach-type.ts';

/** What runs on a cgroup, as a kernel tells it. */
export interface SeenArray {
  readonly cgroup: string;
  readonly attach_type: AttachType;
  /** Programs in the order in which they run; absent when there are more than are asked for. */
  readonly progs?: readonly number[];
}
