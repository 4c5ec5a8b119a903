/**
 * A call that the host's own rules refuse although it succeeded is asked once more, of a caller
 * whom nothing is forbidden, on a kernel that knows every command and flag: what follows from its
 * success is then what follows in general. What kind of state the host keeps stays its own.
 */
import type { Call } from '../call.ts';
import { ALL_CAPABILITIES } from '../capability.ts';
import { decideFor } from '../decide.ts';
import type { Decision } from '../decision.ts';
import type { Kernel, Process } from '../kernel.ts';
import { NR_OPEN } from '../release/config.ts';
import { releaseOf } from '../release/release.ts';
import type { Switches } from '../release/switches.ts';
import { SERIES } from '../release/version.ts';

/** Switches on which the effects of a call depend, and not whether it is allowed. */
const OF_THE_STATE = [
  'storage_is_shared',
  'link_update_miscounts_preorder',
  'link_update_leaks_reference',
  'link_flags_choose_mode',
  'tag_is_sha256',
] as const satisfies readonly (keyof Switches)[];

/** What follows from `call` when it succeeds; the refusal of what cannot succeed in this state. */
export function decideLeniently(
  kernel: Kernel,
  process: Process,
  call: Call,
  granted: number | undefined,
): Decision {
  const newest = releaseOf(SERIES.at(-1) ?? '')?.switches ?? kernel.switches;
  const kept = Object.fromEntries(OF_THE_STATE.map((name) => [name, kernel.switches[name]]));
  const caller = {
    kernel: { ...kernel, switches: { ...newest, ...kept } },
    process: { ...process, caps: ALL_CAPABILITIES, nofile: NR_OPEN, memlock: -1 },
    granted,
  };
  return decideFor(caller, withoutDoubts(call));
}

/** The call without what the real kernel was content with, whatever the log knows of it. */
function withoutDoubts(call: Call): Call {
  if (call.name === 'prog_load') {
    // Its log had room, and who signed it is known there.
    const { log_level: _level, log_size: _size, log_buf: _buffer, signature: _, ...load } = call;
    return load;
  }
  if (call.name === 'map_create') {
    const { excl_prog_hash: _hash, excl_prog_hash_size: _size, ...create } = call;
    return create;
  }
  // The revision was as expected.
  return 'expected_revision' in call ? { ...call, expected_revision: 0 } : call;
}
