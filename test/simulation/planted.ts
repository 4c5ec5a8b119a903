// Faults that a story can be told with, to see that it is noticed and made small: each lets the server
// understand one statement wrongly, as a service would that sent another one.

import type { HostRows } from './server.ts';
import { type Execute, execute } from './statements.ts';

const isAppend = (text: string) => text.startsWith('with head as (\n  update heads set position');
const isSweep = (text: string) => text.includes('delete from idempotency using old');

export const PLANTED = {
  /** An append that was fenced off is let through. */
  unfenced: (server, session, text, params) =>
    execute(server, session, text.replace(' and epoch = $3::int8', ''), params),
  /** The keys of an append are not written. */
  keyless: async (server, session, text, params) => {
    const keys = new Map(server.committed.map((rows) => [rows.host_id, rows.keys]));
    const rows = await execute(server, session, text, params);
    if (!isAppend(text)) return rows;
    for (const [hostId, changed] of session.changed)
      session.changed.set(hostId, { ...changed, keys: keys.get(hostId) ?? [] } as HostRows);
    return rows;
  },
  /** A sweep forgets keys that are honoured still. */
  forgetful: (server, session, text, params) =>
    execute(
      server,
      session,
      text,
      isSweep(text) ? [Number.MAX_SAFE_INTEGER, ...params.slice(1)] : params,
    ),
} as const satisfies Readonly<Record<string, Execute>>;

/** The fault of a name; undefined for none. */
export function findPlanted(name: string): Execute | undefined {
  return Object.entries(PLANTED).find(([known]) => known === name)?.[1];
}
