/**
 * Adoption: what a log cannot explain of a snapshot becomes sightings in it. The host is made when
 * it is not there, and boots again when the snapshot is of another boot.
 */
import { createHash } from 'node:crypto';
import { hostPath } from '../../client/host-path.ts';
import { postLines } from '../../client/post-lines.ts';
import { type RestClient, ServiceRefusal } from '../../client/rest-client.ts';
import type { SightingLine } from '../../domain/observed/sighting.ts';
import { arrayNews } from './array-news.ts';
import { compareArrays } from './effective-arrays.ts';
import type { LoggedState } from './logged-state.ts';
import { type LostLine, lostLine } from './lost-line.ts';
import type { KernelSnapshot } from './snapshot.ts';
import { listUnexplained } from './unexplained.ts';

/** Lines of one request. */
const PIECE_LINES = 1000;
/** Pages of holes that are read; what was told before them is told again. */
const HOLE_PAGES_MAX = 10;

/** What adopting a snapshot does to a log. */
export interface Adoption {
  /** What became of the host itself. */
  readonly host: 'created' | 'rebooted' | 'known';
  /** Lines as they are posted, in order. */
  readonly lines: readonly AdoptedLine[];
  /** RFC 3339: time of the event before; absent when there was no log. */
  readonly after?: string;
}

/** A sighting with its time, and the time up to which the log is known to be complete. */
export interface AdoptedLine extends SightingLine {
  readonly at: string;
  readonly since?: string;
}

interface HostBoots {
  readonly position: number;
  readonly boots: readonly {
    readonly boot: number;
    readonly boot_id: string;
    readonly release: string;
  }[];
}

/** What adopting would do; reads the log, and records nothing. */
export async function planAdoption(
  client: RestClient,
  host: string,
  snapshot: KernelSnapshot,
): Promise<Adoption> {
  const row = await readHost(client, host);
  if (row === undefined) return { host: 'created', lines: stampLines(snapshot.lines, snapshot) };
  const path = hostPath(host);
  const { at: after } = await client.get<{ readonly at: string }>(`${path}/events/${row.position}`);
  if (isOtherBoot(row, snapshot)) {
    return { host: 'rebooted', lines: stampLines(snapshot.lines, snapshot), after };
  }
  const state = await readState(client, host);
  const lines = listUnexplained(state, snapshot);
  // Arrays follow from lists: they are compared once the lists are the same.
  const told = isSame(lines)
    ? [...lines, ...(await newsOfArrays(client, host, state, snapshot))]
    : lines;
  return { host: 'known', lines: stampLines(told, snapshot, after), after };
}

/** What the log does not say yet of arrays that are not what it derives. */
async function newsOfArrays(
  client: RestClient,
  host: string,
  state: LoggedState,
  snapshot: KernelSnapshot,
): Promise<readonly SightingLine[]> {
  const compared = compareArrays(state, snapshot);
  return compared === undefined ? [] : arrayNews(compared, await readCauses(client, host));
}

interface HolesPage {
  readonly items: readonly { readonly call: { readonly cause?: string } }[];
  readonly next?: string;
}

/** The causes of the latest holes of the boot that the log is in, in their order. */
async function readCauses(client: RestClient, host: string): Promise<string[]> {
  const boot = (await readHost(client, host))?.boots.at(-1)?.boot ?? 1;
  const asked = `${hostPath(host)}/events?call=lost&boot=${boot}&order=desc&limit=${PIECE_LINES}`;
  const causes: string[] = [];
  let next: string | undefined;
  for (let page = 0; page < HOLE_PAGES_MAX; page++) {
    const from = next === undefined ? '' : `&next=${encodeURIComponent(next)}`;
    const answer = await client.get<HolesPage>(asked + from);
    causes.push(...answer.items.flatMap(({ call: { cause } }) => cause ?? []));
    next = answer.next;
    if (next === undefined) break;
  }
  return causes.reverse();
}

async function readState(client: RestClient, host: string): Promise<LoggedState> {
  const { state } = await client.get<{ readonly state: LoggedState }>(`${hostPath(host)}/state`);
  return state;
}

/**
 * Adopts a snapshot: after it, the log's state is what the snapshot tells. When it ends half-way it
 * can be called again, and goes on from where the log is.
 *
 * @param unseen why nothing was seen between the event before and the snapshot, which is then
 *   recorded as a hole; left out where the log was never said to be whole
 * @throws ReleaseMissing when the host is to be made and the snapshot lacks its kernel
 * @throws Error when the service refuses a sighting, or the host cannot be made
 */
export async function adopt(
  client: RestClient,
  host: string,
  snapshot: KernelSnapshot,
  unseen?: string,
): Promise<Adoption> {
  const plan = await planAdoption(client, host, snapshot);
  if (plan.host !== 'known') await boot(client, host, plan.host, snapshot);
  const hole = unseen === undefined ? undefined : holeBefore(plan, snapshot, unseen);
  await post(client, host, [...(hole === undefined ? [] : [hole]), ...plan.lines]);
  const isCompared =
    snapshot.effective === undefined || (plan.host === 'known' && isSame(plan.lines));
  if (isCompared) return plan;
  const state = await readState(client, host);
  const news = await newsOfArrays(client, host, state, snapshot);
  const arrays = stampLines(news, snapshot, plan.after);
  await post(client, host, arrays);
  return { ...plan, lines: [...plan.lines, ...arrays] };
}

/** Whether sightings change nothing of what the log has: holes alone, or none. */
function isSame(lines: readonly SightingLine[]): boolean {
  return lines.every(({ call }) => call.name === 'lost');
}

async function post(
  client: RestClient,
  host: string,
  told: readonly (AdoptedLine | LostLine)[],
): Promise<void> {
  const lines = told.map((line) => JSON.stringify(line));
  for (let at = 0; at < lines.length; at += PIECE_LINES) {
    const piece = lines.slice(at, at + PIECE_LINES);
    const key = `adopt-${createHash('sha256')
      .update(`${host}\n${at}\n${piece.join('\n')}`)
      .digest('hex')}`;
    const { recorded, refused } = await postLines(client, host, { key, lines: piece });
    if (refused !== undefined) throw new Error(`${refused}: ${piece[recorded]}`);
  }
}

/** Nothing says which kernel the host runs, and the service has no host that does. */
export class ReleaseMissing extends Error {}

/** None when the log ends with the snapshot: it was adopted half-way before. */
function holeBefore(
  { after }: Adoption,
  { at }: KernelSnapshot,
  cause: string,
): LostLine | undefined {
  if (after === undefined || Date.parse(after) >= Date.parse(at)) return undefined;
  return lostLine(at, { from: after, to: at, cause });
}

async function readHost(client: RestClient, host: string): Promise<HostBoots | undefined> {
  return client.get<HostBoots>(hostPath(host)).catch((error: unknown) => {
    if (error instanceof ServiceRefusal && error.status === 404) return undefined;
    throw error;
  });
}

function isOtherBoot({ boots }: HostBoots, { boot_id }: KernelSnapshot): boolean {
  return boot_id !== undefined && boots.at(-1)?.boot_id !== boot_id;
}

async function boot(
  client: RestClient,
  host: string,
  how: 'created' | 'rebooted',
  { release, boot_id, unprivileged_bpf_disabled, at }: KernelSnapshot,
): Promise<void> {
  const asked = {
    ...(release !== undefined && { release }),
    ...(boot_id !== undefined && { boot_id }),
    ...(unprivileged_bpf_disabled !== undefined && { config: { unprivileged_bpf_disabled } }),
    at,
  };
  if (how === 'rebooted') await client.post(`${hostPath(host)}/reboot`, asked);
  else if (release === undefined) throw new ReleaseMissing(`nothing names the kernel of ${host}`);
  else await client.post('/v1/hosts', { name: host, ...asked });
}

function stampLines(
  lines: readonly SightingLine[],
  { at }: KernelSnapshot,
  since?: string,
): AdoptedLine[] {
  const isKnown = since !== undefined && Date.parse(since) <= Date.parse(at);
  return lines.map((line) => ({ ...line, at, ...(isKnown && { since }) }));
}
