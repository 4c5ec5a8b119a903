/** Which fields of a call name an fd that its caller has open. */
import type { Call } from '../call.ts';

/** The fields with their fds; a list of fds is one field for each. */
export function fdFieldsOf(call: Call): readonly (readonly [field: string, fd: number])[] {
  // The fd of another process.
  if (call.name === 'pidfd_getfd' || call.name === 'task_fd_query') return [];
  const named: (readonly [string, number])[] = [];
  for (const field of Object.keys(call)) {
    // What dup2 asks for may be closed.
    const isNamed = field === 'fd' || (field.endsWith('_fd') && field !== 'to_fd');
    if (!isNamed && field !== 'map_fds') continue;
    const value = (call as unknown as Readonly<Record<string, number | readonly number[]>>)[field];
    if (typeof value === 'number') named.push([field, value]);
    else for (const fd of value ?? []) named.push([field, fd]);
  }
  return named;
}
