/** Reasons in words: why something ended. */
import type { Reason } from '../../domain/effect.ts';

export const REASON_TEXT: Readonly<Record<Reason, string>> = {
  last_fd_closed: 'its last fd was closed',
  process_exited: 'the process that held it exited',
  process_executed: 'exec closed the fd that held it',
  in_flight_dropped: 'a copy in flight to another process was dropped',
  unpinned: 'its pin was removed',
  pin_replaced: 'another pin replaced its pin',
  cgroup_removed: 'its cgroup was removed',
  link_detach: 'it was detached by link_detach',
  prog_detach: 'it was detached by prog_detach',
  entry_replaced: 'another program replaced it',
  link_updated: 'its link was updated to another program',
  link_freed: 'its link was freed',
  prog_freed: 'the program that used it was freed',
  element_deleted: 'the map element that held it was deleted or cleared',
  element_replaced: 'another object took its map element',
  map_freed: 'the map that held it was freed',
  unmounted: 'the last mount of its bpffs ended',
  unseen: 'it is gone, and how was not seen',
};
