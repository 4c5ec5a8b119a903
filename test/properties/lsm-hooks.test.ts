// Random calls about LSM_CGROUP beside a slow kernel of its own: ten slots with counts, and for each
// cgroup and slot a list, as kernel/bpf/cgroup.c has them. It shares no code with the model.
import { expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { BOOT_PID } from '../../src/domain/release/config.ts';
import { snapshotOf } from '../../src/domain/snapshot.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { seedOfRun } from '../support/seed.ts';
import type { Called, Watch } from './called.ts';
import { refusedCallsChangeNothing, revisionsCountChanges } from './changes.ts';
import { contentsAreCounted } from './contents.ts';
import { layersEqualDirectChange, snapshotsRoundTrip } from './copies-of-the-state.ts';
import { referenceCounts } from './reference-counts.ts';

const CALLS = 1500;
const HOOKS = 12;
const PROGS = 24;
const PATHS = ['/a', '/a/b', '/a/b/c', '/d'];
const TYPE = { attach_type: 'lsm_cgroup' } as const;
const hookOf = (prog: number): number => 100 + (prog % HOOKS);

interface SlowList {
  mode: 'none' | 'override' | 'multi';
  /** Programs by their numbers here; links negative. */
  entries: number[];
}

/** What a kernel keeps. */
class SlowKernel {
  readonly #slots: { hook: number; refs: number }[] = Array.from({ length: 10 }, () => ({
    hook: 0,
    refs: 0,
  }));
  readonly #lists = new Map<string, SlowList>();
  /** The program of each link. */
  readonly linked = new Map<number, number>();

  #slotOf(hook: number): number {
    const own = this.#slots.findIndex((slot) => slot.refs > 0 && slot.hook === hook);
    return own >= 0 ? own : this.#slots.findIndex(({ refs }) => refs === 0);
  }

  #list(path: string, slot: number): SlowList {
    const key = `${path} ${slot}`;
    const list = this.#lists.get(key) ?? { mode: 'none', entries: [] };
    this.#lists.set(key, list);
    return list;
  }

  attach(path: string, entry: number, prog: number, mode: SlowList['mode']): string {
    const slot = this.#slotOf(hookOf(prog));
    if (slot < 0) return 'EINVAL';
    const list = this.#list(path, slot);
    for (const above of ancestors(path).slice(1)) {
      const { mode: theirs, entries } = this.#list(above, slot);
      if (theirs === 'multi') break;
      if (entries.length === 0) continue;
      if (theirs === 'none') return 'EPERM';
      break;
    }
    if (list.entries.length > 0 && list.mode !== mode) return 'EPERM';
    if (mode === 'multi' && entry >= 0 && list.entries.includes(entry)) return 'EINVAL';
    list.mode = mode;
    const place = this.#slots[slot] as { hook: number; refs: number };
    place.hook = hookOf(prog);
    if (mode === 'multi' || list.entries.length === 0) {
      list.entries.push(entry);
      place.refs++;
    } else list.entries[0] = entry;
    return 'ok';
  }

  detach(path: string, prog: number): string {
    const slot = this.#slotOf(hookOf(prog));
    if (slot < 0) return 'EINVAL';
    const list = this.#list(path, slot);
    const index = list.mode === 'multi' ? list.entries.indexOf(prog) : list.entries.length - 1;
    if (index < 0) return 'ENOENT';
    this.#remove(path, slot, index);
    return 'ok';
  }

  unlink(path: string, link: number): void {
    const slot = this.#slotOf(hookOf(this.linked.get(link) ?? 0));
    const index = this.#list(path, slot).entries.indexOf(-link);
    if (index >= 0) this.#remove(path, slot, index);
  }

  #remove(path: string, slot: number, index: number): void {
    const list = this.#list(path, slot);
    list.entries.splice(index, 1);
    if (list.entries.length === 0) list.mode = 'none';
    (this.#slots[slot] as { refs: number }).refs--;
  }

  updateLink(link: number, prog: number): string {
    const slot = this.#slotOf(hookOf(prog));
    if (slot < 0) return 'EINVAL';
    if (hookOf(prog) !== hookOf(this.linked.get(link) ?? 0)) return 'ENOENT';
    this.linked.set(link, prog);
    return 'ok';
  }

  /** The programs of a cgroup, or those that run on it. */
  query(path: string, effective: boolean): number[] {
    const program = (entry: number) => (entry < 0 ? (this.linked.get(-entry) ?? 0) : entry);
    return Array.from({ length: 10 }, (_, slot) => {
      if (!effective) return this.#list(path, slot).entries.map(program);
      const run: number[] = [];
      for (const level of ancestors(path)) {
        const { mode, entries } = this.#list(level, slot);
        if (run.length === 0 || mode === 'multi') run.push(...entries.map(program));
      }
      return run;
    }).flat();
  }
}

/** A path and those above it. */
function ancestors(path: string): string[] {
  const parts = path.split('/').slice(1);
  return [...parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`), '/'];
}

it('the model keeps the lists of all hooks as the slow kernel does', () => {
  const seed = seedOfRun();
  console.log(`LSM hooks: seed ${seed} (BPFLEDGER_SEED=${seed} repeats this run)`);
  const random = randomFrom(seed, 'lsm');
  const kernel = boot('6.18');
  const slow = new SlowKernel();
  const does = (call: Call): number => {
    const { outcome } = perform(kernel, BOOT_PID, call);
    if (isRefusal(outcome)) throw new Error(`${call.name}: ${outcome.rule}`);
    return outcome.ret;
  };
  for (const path of PATHS) does({ name: 'mkdir', path });
  const lsm = { prog_type: 'lsm', expected_attach_type: 'lsm_cgroup' } as const;
  const fds = Array.from({ length: PROGS }, (_, prog) =>
    does({ name: 'prog_load', ...lsm, attach_btf_id: hookOf(prog) }),
  );
  const links: { fd: number; id: number; path: string }[] = [];
  let before = snapshotOf(kernel);
  let beforeText = JSON.stringify(before);
  const watches: readonly Watch[] = [
    ...[snapshotsRoundTrip, layersEqualDirectChange(before), refusedCallsChangeNothing],
    ...[revisionsCountChanges, contentsAreCounted, referenceCounts()],
  ];
  let ret = 0;
  const asks = (call: Call): string => {
    const decision = perform(kernel, BOOT_PID, call);
    const after = snapshotOf(kernel);
    const afterText = JSON.stringify(after);
    const pid = BOOT_PID;
    const called: Called = { pid, call, decision, kernel, before, after, beforeText, afterText };
    for (const watch of watches) watch(called);
    before = after;
    beforeText = afterText;
    const { outcome } = decision;
    if (isRefusal(outcome)) return outcome.errno;
    ret = outcome.ret;
    return 'ok';
  };
  for (let i = 0; i < CALLS; i++) {
    const target_path = random.pick(PATHS);
    const prog = random.below(PROGS);
    const attach_bpf_fd = fds[prog] ?? 0;
    const link = random.chance(0.5) ? random.pick([undefined, ...links]) : undefined;
    if (link !== undefined && random.chance(0.5)) {
      expect(asks({ name: 'close', fd: link.fd })).toBe('ok');
      slow.unlink(link.path, link.id);
      links.splice(links.indexOf(link), 1);
    } else if (link !== undefined) {
      const call = { name: 'link_update', link_fd: link.fd, new_prog_fd: attach_bpf_fd } as const;
      expect(asks(call)).toBe(slow.updateLink(link.id, prog));
    } else if (random.chance(0.35)) {
      const call = { name: 'prog_detach', ...TYPE, target_path, attach_bpf_fd } as const;
      expect(asks(call)).toBe(slow.detach(target_path, prog));
    } else if (random.chance(0.3)) {
      const id = kernel.counters.link;
      slow.linked.set(id, prog);
      const wanted = slow.attach(target_path, -id, prog, 'multi');
      const call = { name: 'link_create', ...TYPE, target_path, prog_fd: attach_bpf_fd } as const;
      expect(asks(call)).toBe(wanted);
      if (wanted === 'ok') links.push({ fd: ret, id, path: target_path });
    } else {
      const mode = random.pick(['none', 'override', 'multi', 'multi'] as const);
      const flags = mode === 'none' ? {} : { flags: [mode] };
      const call = { name: 'prog_attach', ...TYPE, target_path, attach_bpf_fd, ...flags } as const;
      expect(asks(call)).toBe(slow.attach(target_path, prog, prog, mode));
    }
    const effective = random.chance(0.5);
    const path = random.pick(PATHS);
    const query = { name: 'prog_query', ...TYPE, target_path: path } as const;
    const { outcome } = decide(kernel, BOOT_PID, {
      ...query,
      ...(effective ? { query_flags: ['effective'] } : { prog_attach_flags: true }),
    });
    const ids = slow.query(path, effective).map((program) => program + 1);
    expect([i, outcome.query?.prog_ids]).toEqual([i, ids]);
  }
});
