/**
 * Where the reader is: all that decides the picture, kept in the fragment of the address. A link to a
 * place shows the same picture to whoever opens it, and the fragment never reaches a server's logs.
 *
 *     #/web1?at=42&cgroup=%2Fpods&type=cgroup_device&view=lanes&from=1&to=90
 */

export const VIEWS = ['arrays', 'lanes', 'explain', 'diff', 'plan', 'replay'] as const;
export type View = (typeof VIEWS)[number];

export interface PagePlace {
  /** Absent in the list of hosts. */
  readonly host?: string | undefined;
  /** The moment; absent: the head. */
  readonly at?: number | undefined;
  /** A moment that is not a position yet: a time, or the end of a boot. */
  readonly when?: string | undefined;
  /** The path of the selected cgroup. */
  readonly cgroup?: string | undefined;
  /** The selected attach type. */
  readonly type?: string | undefined;
  /** The selected program. */
  readonly program?: number | undefined;
  readonly view: View;
  /** The part of the log that the timeline shows; absent: all of it. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** The other moment of a comparison. */
  readonly mark?: number | undefined;
  /** The release of a replay. */
  readonly release?: string | undefined;
  /** Follows the log as it grows. */
  readonly live: boolean;
  /** The step of the tour, from 1. */
  readonly tour?: number | undefined;
  /** What the list of hosts is searched for. */
  readonly search?: string | undefined;
  /** What the reader is to know about how the address was read; it is not in the address. */
  readonly notes?: readonly string[] | undefined;
}

const NUMBERS = ['at', 'program', 'from', 'to', 'mark', 'tour'] as const;
const TEXTS = ['cgroup', 'type', 'release', 'search'] as const;
const FIELDS: ReadonlySet<string> = new Set([...NUMBERS, ...TEXTS, 'view', 'live']);

function numberOf(text: string | null): number | undefined {
  return text !== null && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** The place that a fragment names. What it does not understand it says in the notes. */
export function parsePlace(fragment: string): PagePlace {
  const [, name = '', query = ''] = /^#?\/([^?]*)\??(.*)$/.exec(fragment) ?? [];
  const set = new URLSearchParams(query);
  const asked = set.get('view');
  const view = VIEWS.find((one) => one === asked);
  const place: Record<string, unknown> = {
    host: name === '' ? undefined : decodeName(name),
    view: view ?? 'arrays',
    live: set.has('live'),
  };
  const notes: string[] = [];
  if (asked !== null && view === undefined) {
    notes.push(`There is no view “${asked}”: the address may have ${VIEWS.join(', ')}.`);
  }
  for (const field of NUMBERS) {
    const text = set.get(field);
    const number = numberOf(text);
    place[field] = number;
    if (text === null || text === '' || number !== undefined) continue;
    if (field === 'at') place.when = text;
    else notes.push(`The address has ${field}=${text}, which is not a whole number from 1.`);
  }
  for (const field of TEXTS) place[field] = set.get(field) ?? undefined;
  if (place.cgroup !== undefined) {
    const cgroup = pathOf(String(place.cgroup));
    if (cgroup === undefined) {
      notes.push(`The address has cgroup=${place.cgroup}, which is not a path of a cgroup.`);
    }
    place.cgroup = cgroup;
  }
  const unknown = [...set.keys()].filter((field) => !FIELDS.has(field));
  if (unknown.length > 0)
    notes.push(`The address has ${unknown.join(', ')}: nobody knows what for.`);
  if (notes.length > 0) place.notes = notes;
  return place as unknown as PagePlace;
}

/** A path as a log has it: from the root, without a slash at its end. */
function pathOf(text: string): string | undefined {
  const names = text.split('/').filter((name) => name !== '');
  const isPath = text.startsWith('/') && !names.some((name) => name === '.' || name === '..');
  return isPath ? `/${names.join('/')}` : undefined;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The fragment of a place. */
export function fragmentOf(place: PagePlace): string {
  const set = new URLSearchParams();
  for (const field of [...NUMBERS, ...TEXTS]) {
    const value = field === 'at' ? (place.at ?? place.when) : place[field];
    if (value !== undefined && value !== '') set.set(field, String(value));
  }
  if (place.view !== 'arrays') set.set('view', place.view);
  if (place.live) set.set('live', '');
  const query = set.toString().replaceAll('%2F', '/').replaceAll('%3A', ':');
  const path = `#/${place.host === undefined ? '' : encodeURIComponent(place.host)}`;
  return query === '' ? path : `${path}?${query.replace(/(^|&)live=/, '$1live')}`;
}
