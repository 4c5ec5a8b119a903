/** Which fds of its caller a call is about. */
import type { Call, CallName } from '../../domain/call.ts';
import { heldKind } from '../../domain/maps/holding.ts';
import { fdFieldsOf } from '../../domain/observed/fd-fields.ts';

/** Fields that are always read, so that an absent one names fd 0. */
const ALWAYS_READ: { readonly [N in CallName]?: readonly string[] } = {
  prog_attach: ['attach_bpf_fd', 'target_fd'],
  prog_detach: ['attach_bpf_fd', 'target_fd'],
  prog_query: ['target_fd'],
  prog_test_run: ['prog_fd'],
  prog_bind_map: ['prog_fd', 'map_fd'],
  link_create: ['prog_fd', 'target_fd'],
  link_update: ['link_fd', 'new_prog_fd'],
  link_detach: ['link_fd'],
  foreign_link_create: ['prog_fd'],
  iter_create: ['link_fd'],
  obj_pin: ['bpf_fd'],
  obj_get_info_by_fd: ['bpf_fd'],
  map_freeze: ['map_fd'],
  map_lookup_elem: ['map_fd'],
  map_update_elem: ['map_fd'],
  map_delete_elem: ['map_fd'],
  map_lookup_and_delete_elem: ['map_fd'],
  map_get_next_key: ['map_fd'],
};

function alwaysRead(call: Call): readonly string[] {
  // A map of maps is made like another map.
  if (call.name === 'map_create' && heldKind(call.map_type) === 'map') return ['inner_map_fd'];
  return ALWAYS_READ[call.name] ?? [];
}

/** The fds, some perhaps twice. */
export function fdsNamedBy(call: Call): readonly number[] {
  const named = fdFieldsOf(call).map(([, fd]) => fd);
  if ('fd_array' in call) named.push(...(call.fd_array ?? []));
  // With flags, other fields are read too: that of a token, which is 0 where nobody passes one.
  const isFlagged = 'flags' in call || 'prog_flags' in call || 'map_flags' in call;
  if (isFlagged || alwaysRead(call).some((field) => !(field in call))) named.push(0);
  return named;
}
