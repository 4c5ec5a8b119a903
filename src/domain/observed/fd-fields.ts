/** Which fields of a call name an fd that its caller has open. */
import type { Call } from '../call.ts';

/** The fields with their fds; a list of fds is one field for each. */
export function fdFieldsOf(call: Call): readonly (readonly [field: string, fd: number])[] {
  // The fd of another process.
  if (call.name === 'pidfd_getfd') return [];
  return Object.entries(call).flatMap(([field, value]): (readonly [string, number])[] => {
    if (field === 'map_fds') return (value as readonly number[]).map((fd) => [field, fd]);
    // What dup2 asks for may be closed.
    const isNamed = field === 'fd' || (field.endsWith('_fd') && field !== 'to_fd');
    return isNamed ? [[field, value as number]] : [];
  });
}
