// `bpfledger observe` as a process of its own, with the collector built for the test, and what its
// log says held against the kernel. Other processes of the machine are observed as well; only what
// the given process does and holds is looked at.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { SightingLine } from '../../src/domain/observed/sighting.ts';
import type { LoggedState } from '../../src/recorders/snapshot/logged-state.ts';
import type { KernelSnapshot } from '../../src/recorders/snapshot/snapshot.ts';
import { listUnexplained } from '../../src/recorders/snapshot/unexplained.ts';
import { COMMAND, environment, root } from '../support/command.ts';
import { cgroup2Mount } from '../support/needs.ts';
import {
  bpftoolSnapshotHere,
  bpftoolTree,
  type PrintedCgroup,
  type PrintedProgram,
} from './bpftool-here.ts';
import { until } from './executing.ts';

const CAUGHT_UP_MS_MAX = 240_000;
/** On a machine that never rests the kernel is read ten times, and each takes as long as others let it. */
const READ_MS_MAX = 240_000;
const PAGE = 1000;
/** Events that are shown of what differs. */
const WORDS = 4;
const mount = cgroup2Mount() ?? '';

/** Builds the collector; returns its path. */
export function buildCollector(folder: string): string {
  const path = `${process.env.PATH}:/usr/sbin`;
  execFileSync('make', ['-C', join(root, 'collector'), `OUT=${folder}`], {
    env: { ...process.env, PATH: path },
    stdio: 'pipe',
  });
  return join(folder, 'bpfledger-collector');
}

export interface Observing {
  output(): string;
  /** Ends it; the exit code. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

/** Starts observing, and waits until the kernel is read. */
export async function startObserving(
  { url, host, spool, collector }: Record<'url' | 'host' | 'spool' | 'collector', string>,
  ...more: string[]
): Promise<Observing> {
  const [node, ...words] = COMMAND;
  const where = ['--host', host, '--url', url, '--spool', spool, '--collector', collector];
  const child = spawn(node, [...words, 'observe', ...where, ...more], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = once(child, 'close').then(() => child.exitCode);
  const isRead = (): boolean => {
    if (child.exitCode !== null) throw new Error(`observe ended: ${said}`);
    return /read what is there|never rested/.test(said);
  };
  await until('the kernel is read', isRead, READ_MS_MAX);
  return {
    output: () => said,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

export interface SeenEvent {
  readonly position: number;
  readonly source: 'decided' | 'observed' | 'inferred';
  readonly pid: number;
  readonly comm: string;
  readonly uid?: number;
  readonly at: string;
  readonly call: {
    readonly name: string;
    readonly path?: string;
    readonly fd?: { readonly fd: number };
    readonly pin?: { readonly path: string };
  };
  readonly outcome: { readonly ret?: number; readonly errno?: string };
  readonly expected?: { readonly errno?: string; readonly rule?: string };
  readonly effects: readonly { readonly type: string; readonly [field: string]: unknown }[];
}

/** What the log cannot explain of the kernel, and what it says of it. */
type Unexplained = SightingLine & {
  readonly by: 'survey' | 'bpftool';
  readonly told: readonly SeenEvent[];
};

/** A cgroup of which bpftool would print something else if the kernel were as the log says. */
interface OtherCgroup {
  readonly cgroup: string;
  readonly effective: boolean;
  readonly bpftool: PrintedCgroup | undefined;
  readonly log: PrintedCgroup | undefined;
}

export type Difference = Unexplained | OtherCgroup;

/** Reads a host's log as it grows, and compares its state with the kernel's. */
export class Watch {
  readonly events: SeenEvent[] = [];
  private readonly url: string;
  private readonly folder = mkdtempSync(join(mount, 'bpfledger-mark-'));
  private marks = 0;
  /** Programs that bpftool printed on cgroups whose log was compared with it. */
  printedPrograms = 0;

  constructor({ url, host }: { readonly url: string; readonly host: string }) {
    this.url = `${url}/v1/hosts/${host}`;
  }

  /** Waits until the log has all that this process has done. */
  async catchUp(): Promise<void> {
    const mark = join(this.folder, String(this.marks++));
    mkdirSync(mark);
    rmdirSync(mark);
    const deadline = performance.now() + CAUGHT_UP_MS_MAX;
    const isMark = ({ call }: SeenEvent) =>
      call.name === 'rmdir' && mark.endsWith(call.path ?? '-');
    for (let from = this.events.length; ; from = this.events.length) {
      await this.readOn();
      if (this.events.slice(from).some(isMark)) return;
      if (performance.now() > deadline) throw new Error(`the log never came to ${mark}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const after = this.events.at(-1)?.position ?? 0;
      const page = await fetch(`${this.url}/events?limit=${PAGE}&after=${after}`);
      // The host is not there before the first line is.
      const { items = [] } = (await page.json()) as { readonly items?: readonly SeenEvent[] };
      this.events.push(...items);
      if (items.length < PAGE) return;
    }
  }

  /**
   * How the log's state differs from the kernel's in what is this process's own: as a survey reads the
   * kernel, and as bpftool prints its objects, its lists and what runs on its cgroups.
   */
  async differences(pid: number): Promise<readonly Difference[]> {
    await this.catchUp();
    const survey = snapshotHere();
    const answer = await fetch(`${this.url}/state`);
    const { state } = (await answer.json()) as { readonly state: LoggedState };
    const isOwn = ownIn(this.events, survey, pid);
    const compareWith = (by: Unexplained['by'], snapshot: KernelSnapshot) =>
      listUnexplained(state, snapshot)
        .filter(isOwn)
        .map((line) => ({ ...line, by, told: this.wordsOn(line) }));
    const printed = bpftoolSnapshotHere();
    const own = cgroupsOf(this.events, pid);
    return [
      ...compareWith('survey', survey),
      ...compareWith('bpftool', printed),
      ...(await this.otherCgroups(own, printed, false)),
      ...(await this.otherCgroups(own, printed, true)),
    ];
  }

  /** Those of some cgroups of which bpftool and the log do not print the same, of hooks that it lists. */
  private async otherCgroups(
    paths: ReadonlySet<string>,
    { unlisted = [] }: KernelSnapshot,
    effective: boolean,
  ) {
    const query = `format=bpftool&cgroup_root=${mount}&effective=${effective}`;
    const answer = await fetch(`${this.url}/cgroups?${query}`);
    const all = (await answer.json()) as readonly PrintedCgroup[];
    const listed = all.map(({ cgroup, programs }) => {
      const isListed = ({ attach_type }: PrintedProgram) => !unlisted.includes(attach_type);
      return { cgroup, programs: programs.filter(isListed) };
    });
    const logged = byDirectory(listed.filter(({ programs }) => programs.length > 0));
    const printed = byDirectory(bpftoolTree(effective));
    return [...paths].flatMap((path): OtherCgroup[] => {
      const cgroup = mount + path;
      const [bpftool, log] = [printed.get(cgroup), logged.get(cgroup)];
      this.printedPrograms += bpftool?.programs.length ?? 0;
      return isDeepStrictEqual(bpftool, log) ? [] : [{ cgroup, effective, bpftool, log }];
    });
  }

  /** The last events that name what differs, for whoever looks for the cause. */
  private wordsOn({ call }: SightingLine): readonly SeenEvent[] {
    const [kind, thing] = Object.entries(call).find(([name]) => name !== 'name') ?? [];
    const { path, id } = (thing ?? {}) as { readonly path?: string; readonly id?: number };
    const name = path === undefined ? `"${kind}_id":${id}` : `"path":${JSON.stringify(path)}`;
    return this.events.filter((event) => JSON.stringify(event).includes(name)).slice(-WORDS);
  }

  close(): void {
    rmdirSync(this.folder);
  }
}

function snapshotHere(): KernelSnapshot {
  const script = ['--import', 'tsx', 'test/kernel/snapshot-here.ts'];
  const options = { cwd: root, maxBuffer: 1 << 28, encoding: 'utf8' } as const;
  const text = execFileSync(process.execPath, script, options);
  return JSON.parse(text) as KernelSnapshot;
}

/** Whether a sighting is of what a process made, found, or is. */
function ownIn(events: readonly SeenEvent[], { lines }: KernelSnapshot, pid: number) {
  const own = new Set<string>();
  const cgroups = cgroupsOf(events, pid);
  for (const { pid: by, effects } of events) {
    if (by !== pid) continue;
    for (const effect of effects) {
      if (effect.type === 'ProgLoaded') own.add(`prog ${effect.prog_id}`);
      if (effect.type === 'MapCreated') own.add(`map ${effect.map_id}`);
      if (effect.type === 'LinkCreated') own.add(`link ${effect.link_id}`);
      if (effect.type === 'PinCreated' || effect.type === 'DirectoryMade')
        own.add(`pin ${effect.path}`);
    }
  }
  for (const { pid: of, call } of lines) {
    if (of === pid && call.name === 'found' && 'fd' in call)
      own.add(`${call.fd.kind} ${call.fd.id}`);
  }
  return ({ call, pid: of }: SightingLine): boolean => {
    if (call.name === 'lost') return false;
    if ('fd' in call || 'process' in call) return of === pid;
    if ('prog' in call) return own.has(`prog ${call.prog.id}`);
    if ('map' in call) return own.has(`map ${call.map.id}`);
    if ('link' in call) return own.has(`link ${call.link.id}`);
    if ('pin' in call) return own.has(`pin ${call.pin.path}`);
    const path = 'cgroup' in call ? call.cgroup.path : call.entry.cgroup;
    return cgroups.has(path);
  };
}

/** Paths of the cgroups that a process made. */
function cgroupsOf(events: readonly SeenEvent[], pid: number): ReadonlySet<string> {
  const own = events.filter((event) => event.pid === pid).flatMap(({ effects }) => effects);
  return new Set(own.filter(({ type }) => type === 'CgroupMade').map(({ path }) => String(path)));
}

function byDirectory(rows: readonly PrintedCgroup[]): ReadonlyMap<string, PrintedCgroup> {
  return new Map(rows.map((row) => [row.cgroup, row]));
}

/** A folder for a test's own files. */
export function ownFolder(): string {
  return mkdtempSync(join(tmpdir(), 'bpfledger-observe-'));
}
