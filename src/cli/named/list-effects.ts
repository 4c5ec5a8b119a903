/** What was made on a host in the boot of a moment, told by the effects that made it: also what is gone. */
import { hostPath } from '../../client/host-path.ts';
import type { RestClient } from '../../client/rest-client.ts';

/** Pages of 1,000 events that one name looks at. */
const PAGES_MAX = 20;

export interface WhereNamed {
  readonly client: RestClient;
  readonly host: string;
  /** The moment of the question; undefined: the head. */
  readonly at: string | undefined;
}

export interface DatedEffect {
  readonly position: number;
  readonly effect: Readonly<Record<string, unknown>>;
}

interface EventPage {
  readonly items: readonly {
    readonly position: number;
    readonly effects: readonly (DatedEffect['effect'] & { readonly type: string })[];
  }[];
  readonly next?: string;
}

/** The effects of a type, oldest first. */
export async function listEffects(
  effect: string,
  { client, host, at }: WhereNamed,
): Promise<DatedEffect[]> {
  const moment = at === undefined ? '' : `at=${encodeURIComponent(at)}`;
  const { boot } = await client.get<{ readonly boot: number }>(`${hostPath(host)}?${moment}`);
  const query = { effect, boot: String(boot), limit: '1000', ...(at !== undefined && { at }) };
  const made: DatedEffect[] = [];
  let place: Record<string, string> = {};
  for (let page = 0; page < PAGES_MAX; page++) {
    const path = `${hostPath(host)}/events?${new URLSearchParams({ ...query, ...place })}`;
    const { items, next } = await client.get<EventPage>(path);
    for (const { position, effects } of items) {
      for (const one of effects) if (one.type === effect) made.push({ position, effect: one });
    }
    if (next === undefined) break;
    place = { next };
  }
  return made;
}
