/**
 * Which elements an LRU map lets go of (kernel/bpf/bpf_lru_list.c; semantics §25.10). Its elements
 * stand in three lists: those that came since it last looked for room, those that were used, and the
 * rest, whose last one goes first. It looks for room when no room is spare, and then moves what was
 * used meanwhile out of the way. As on a machine of two CPUs, for processes that stay on one of them.
 */
import type { MapKey } from '../call.ts';
import type { BpfMap, Element } from '../kernel.ts';
import type { Switches } from '../release/switches.ts';
import { NEVER_LOOKED } from './lru-lists.ts';

/** Elements that one look passes by, and most that it lets go of (`LOCAL_FREE_TARGET`). */
const AT_ONE_LOOK = 128;
const CPUS = 2;

/** What an LRU map is like once it has room for one element. */
export interface Room extends Pick<BpfMap, 'elements' | 'recency'> {
  /** Keys of the elements that go; they still are among `elements`. */
  readonly gone: readonly MapKey[];
}

/**
 * The look for room (`bpf_lru_list_pop_free_to_local`).
 *
 * @returns undefined when room is spare, so that it does not look
 */
export function lookForRoom(switches: Switches, map: BpfMap): Room | undefined {
  const { elements, max_entries, recency = NEVER_LOOKED } = map;
  const free = Math.max(max_entries - elements.length, 0);
  if (Math.min(recency.spare, free) > 0) return undefined;
  const { active, idle, used } = turnLists(map);
  const wanted = wantedRooms(switches, map);
  const found = Math.min(free, wanted);
  const gone = found < wanted ? leaving(active, idle, wanted - found) : [];
  const room = { pending: 0, active: active.length, used, spare: found + gone.length };
  return { elements: [...active, ...idle], recency: room, gone: gone.map(({ key }) => key) };
}

/** How many rooms one look is to find (`target_free`); up to 6.15 whatever the size. */
function wantedRooms(switches: Switches, { max_entries }: BpfMap): number {
  if (!switches.lru_lets_go_by_size) return AT_ONE_LOOK;
  return Math.min(Math.max(Math.floor(Math.floor(max_entries / CPUS) / 2), 1), AT_ONE_LOOK);
}

interface Lists {
  readonly active: readonly Element[];
  readonly idle: readonly Element[];
  /** Keys of those that were used since. */
  readonly used: readonly MapKey[];
}

/** New elements join the others; then what was used goes up, and where too few are idle, others go down. */
function turnLists({ elements, recency = NEVER_LOOKED }: BpfMap): Lists {
  const wasUsed = ({ key }: Element) => recency.used.includes(key);
  const isIdle = (element: Element) => !wasUsed(element);
  const end = recency.pending + recency.active;
  const pending = elements.slice(0, recency.pending);
  let active = [...pending.filter(wasUsed), ...elements.slice(recency.pending, end)];
  let idle = [...pending.filter(isIdle), ...elements.slice(end)];
  const seen = new Set(pending.filter(wasUsed));
  const again = (element: Element) => !seen.has(element) && wasUsed(element);
  if (idle.length < active.length) {
    const first = Math.max(active.length - AT_ONE_LOOK, 0);
    const looked = active.slice(first);
    const stay = looked.filter(again);
    active = [...stay, ...active.slice(0, first)];
    idle = [...looked.filter((element) => !again(element)), ...idle];
    for (const element of stay) seen.add(element);
  }
  const up = idle.filter(again);
  active = [...up, ...active];
  idle = idle.filter((element) => !again(element));
  for (const element of up) seen.add(element);
  const used = active.filter(again).map(({ key }) => key);
  return { active, idle, used };
}

/** The last idle ones; without any, the last of all. */
function leaving(
  active: readonly Element[],
  idle: readonly Element[],
  wanted: number,
): readonly Element[] {
  return idle.length > 0 ? idle.slice(-Math.min(wanted, AT_ONE_LOOK)) : active.slice(-1);
}

/** The map with a new element, or with another value where it has the key. */
export function rememberElement(
  map: BpfMap,
  element: Element,
): Pick<BpfMap, 'elements' | 'recency'> {
  const { key } = element;
  const index = map.elements.findIndex((other) => other.key === key);
  if (index < 0) return addElement(map, element, []);
  // A percpu value is written in its place; another one is a new element that counts as used.
  if (map.map_type !== 'lru_percpu_hash')
    return addElement({ ...map, ...without(map, key) }, element, [key]);
  const { recency = NEVER_LOOKED } = map;
  const used = recency.used.includes(key) ? recency.used : [...recency.used, key];
  return { elements: map.elements.with(index, element), recency: { ...recency, used } };
}

function addElement(
  { elements, recency = NEVER_LOOKED }: BpfMap,
  element: Element,
  marked: readonly MapKey[],
): Pick<BpfMap, 'elements' | 'recency'> {
  const { pending, active, used, spare } = recency;
  return {
    elements: [element, ...elements],
    recency: {
      pending: pending + 1,
      active,
      used: [...used, ...marked],
      spare: Math.max(spare - 1, 0),
    },
  };
}

/** The map without an element that it has; the room of a new one is spare on its CPU. */
export function without(map: BpfMap, key: MapKey): Pick<BpfMap, 'elements' | 'recency'> {
  const { elements, recency = NEVER_LOOKED } = map;
  const index = elements.findIndex((element) => element.key === key);
  const isPending = index < recency.pending;
  const isActive = !isPending && index < recency.pending + recency.active;
  return {
    elements: elements.toSpliced(index, 1),
    recency: {
      pending: recency.pending - (isPending ? 1 : 0),
      active: recency.active - (isActive ? 1 : 0),
      used: recency.used.filter((other) => other !== key),
      spare: recency.spare + (isPending ? 1 : 0),
    },
  };
}
