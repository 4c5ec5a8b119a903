/** PROG_BIND_MAP (semantics §25.2; `bpf_prog_bind_map`). */
import type { Calls } from '../call.ts';
import { type Caller, mapAt, progAt } from '../caller.ts';
import { type Decision, isRefused, refusal, refuse, succeed, unknownCommand } from '../decision.ts';

/** A reference only: attaching makes no storage for a bound map; binding twice succeeds (§25.2). */
export function progBindMap(caller: Caller, call: Calls['prog_bind_map']): Decision {
  if (!caller.kernel.switches.prog_bind_map) return unknownCommand('prog_bind_map');
  if ((call.flags ?? 0) !== 0) {
    return refuse(refusal('EINVAL', 'flags-unknown', { flags: call.flags ?? 0 }));
  }
  const program = progAt(caller, call.prog_fd ?? 0, 'prog_fd');
  if (isRefused(program)) return refuse(program);
  const found = mapAt(caller, call.map_fd ?? 0, 'map_fd');
  if (isRefused(found)) return refuse(found);
  if (program.map_ids.includes(found.map.id)) return succeed();
  return succeed([{ type: 'MapBound', prog_id: program.id, map_id: found.map.id }]);
}
