/** The life of a link as spans: where it was attached, without its cgroup, and held by whom. */
import type { Effect, History, LinkHolders } from '../service/answers.ts';
import type { LaneSpan } from './spans.ts';

export interface HolderStays {
  /** `agent[10] fd 5`, `pin /count`. */
  readonly name: string;
  readonly stays: readonly LaneSpan[];
}

export interface Life {
  /** From its creation until it lost its cgroup or ended. */
  readonly attached: LaneSpan | undefined;
  /** From when it lost its cgroup until it ended. */
  readonly severed: LaneSpan | undefined;
  /** Where it ended, and why. */
  readonly ended: { readonly at: number; readonly why: string } | undefined;
  /** Positions at which it got another program. */
  readonly updates: readonly number[];
  readonly held: readonly HolderStays[];
}

/** Who keeps a link alive, one text for each. */
export function holderNames({ fds, in_flight_to, pins }: LinkHolders): string[] {
  return [
    ...fds.map(({ pid, comm, fd }) => `${comm}[${pid}] fd ${fd}`),
    ...in_flight_to.map((pid) => `in flight to ${pid}`),
    ...pins.map((pin) => `pin ${pin}`),
  ];
}

type Chapter = History['items'][number];

const has = ({ event }: Chapter, type: string, link: number): boolean =>
  event.effects.some(
    (effect: Effect & { readonly link_id?: number }) =>
      effect.type === type && effect.link_id === link,
  );

/**
 * The life that the events of a link tell.
 *
 * @param end the last position that is known of it, if it did not end before
 */
export function lifeOf(link: number, items: readonly Chapter[], end: number): Life {
  const [first] = items;
  const over = items.find(({ ended }) => ended !== undefined);
  const lost = items.find((chapter) => has(chapter, 'LinkSevered', link));
  const from = first?.event.position ?? end;
  const overAt = over?.event.position;
  const to = overAt ?? end;
  const lostAt = lost?.event.position;
  return {
    attached: first === undefined ? undefined : { from, to: (lostAt ?? overAt ?? end + 1) - 1 },
    severed:
      lostAt === undefined ? undefined : { from: lostAt, to: overAt === undefined ? end : to - 1 },
    ended: over?.ended === undefined ? undefined : { at: to, why: over.ended },
    updates: items
      .filter((chapter) => has(chapter, 'LinkUpdated', link))
      .map(({ event }) => event.position),
    held: listStays(items, end),
  };
}

function listStays(items: readonly Chapter[], end: number): HolderStays[] {
  const found = new Map<string, LaneSpan[]>();
  for (const [i, { event, held_by }] of items.entries()) {
    const from = event.position;
    const to = (items[i + 1]?.event.position ?? end + 1) - 1;
    // A process may hold one link by the same fd only once, and a pin has one path.
    for (const name of held_by === undefined ? [] : new Set(holderNames(held_by))) {
      const stays = found.get(name) ?? [];
      found.set(name, stays);
      const last = stays.at(-1);
      if (last?.to === from - 1) stays[stays.length - 1] = { from: last.from, to };
      else stays.push({ from, to });
    }
  }
  return [...found].map(([name, stays]) => ({ name, stays }));
}
