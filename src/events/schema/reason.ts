/** Why something ended. */
import { z } from 'zod';
import type { Reason } from '../../domain/effect.ts';

/** Each reason with a sentence about it; the compiler proves that none is missing. */
const REASONS: Readonly<Record<Reason, string>> = {
  last_fd_closed: 'the last fd was closed',
  process_exited: 'a process that held it exited',
  process_executed: 'a process that held it called exec',
  in_flight_dropped: 'an fd was dropped before anyone received it',
  unpinned: 'the last pin was removed',
  pin_replaced: 'another pin was renamed over its pin',
  cgroup_removed: 'the cgroup was removed',
  link_detach: 'LINK_DETACH',
  prog_detach: 'PROG_DETACH',
  entry_replaced: 'another program took its entry',
  link_updated: 'the link was given another program',
  link_freed: 'the link that held it was freed',
  prog_freed: 'the program that held it was freed',
  element_deleted:
    'the element that held it was deleted, or cleared with its map’s last fd and pin',
  element_replaced: 'another object took its element',
  map_freed: 'the map that held it was freed',
  unmounted: 'the last mount of its bpffs ended',
  unseen: 'it is gone, and how was not seen',
};

export const reason = z.enum(Object.keys(REASONS) as Reason[]).meta({
  id: 'Reason',
  description: Object.entries(REASONS)
    .map(([name, sentence]) => `\`${name}\`: ${sentence}`)
    .join('; '),
});
