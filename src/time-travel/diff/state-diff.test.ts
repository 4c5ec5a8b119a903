import { describe, expect, it } from 'vitest';
import { givenHistory, randomHistory, type Step } from '../../../test/support/random-history.ts';
import { emptyKernel } from '../../domain/boot.ts';
import type { Call } from '../../domain/call.ts';
import { fold } from '../../events/reading/host-state.ts';
import { inOnePiece } from '../../events/turns.ts';
import { stateOf, type WorldState } from '../../projections/state.ts';
import { applyDiff } from './apply-diff.ts';
import { Causes } from './causes.ts';
import { diffStates, type StateDiff } from './state-diff.ts';

const text = (value: unknown): string => JSON.stringify(value);

/** The events, and the state after each: a step changes the kernel of the one before. */
function playSteps(steps: Iterable<Step>) {
  const states: WorldState[] = [];
  const events: Step['event'][] = [];
  for (const { event, kernel } of steps) {
    states.push(JSON.parse(text(inOnePiece(stateOf(kernel)))));
    events.push(event);
  }
  return { states, events };
}

function diffBetween({ states, events }: ReturnType<typeof playSteps>, from: number, to: number) {
  const kernel = emptyKernel();
  const causes = new Causes();
  events.slice(0, to).forEach((event, i) => {
    if (i >= from) causes.add(kernel, event);
    fold(kernel, [event]);
  });
  const [before, after] = [states[from - 1], states[to - 1]];
  if (before === undefined || after === undefined) throw new Error('both positions exist');
  return { before, after, diff: inOnePiece(diffStates(before, after, causes.of)) };
}

function everyChange(diff: StateDiff): { readonly because: readonly number[] }[] {
  const { cgroups, programs, links, maps, bpffs, processes, lists, effective } = diff;
  const tables = [cgroups, programs, links, maps, bpffs, processes];
  const rows = tables.flatMap(({ added, removed, changed }) => [...added, ...removed, ...changed]);
  return [...rows, ...lists, ...effective];
}

describe('the difference of two states of a random log', () => {
  it.each([
    [1, '6.18'],
    [2, '6.18'],
    [3, '6.17.13'],
    [4, '5.7'],
    [5, 'v2-series'],
  ])('leads from the one to the other, seed %i on %s', (seed, release) => {
    const log = playSteps(randomHistory({ seed, events: 400, rebootEvery: 150, release }));
    let changes = 0;
    for (const [from, to] of [
      ...[
        [1, 400],
        [40, 60],
        [100, 101],
        [150, 300],
        [200, 210],
        [210, 290],
        [333, 334],
        [77, 77],
      ],
    ] as const) {
      const { before, after, diff } = diffBetween(log, from, to);
      expect(applyDiff(before, diff), `seed ${seed}, ${from}..${to}`).toEqual(after);
      const all = everyChange(diff);
      const isBetween = (position: number) => position > from && position <= to;
      const isExplained = ({ because }: (typeof all)[number]) =>
        because.length > 0 && because.every(isBetween);
      expect(all.filter((change) => !isExplained(change))).toEqual([]);
      changes += all.length;
    }
    expect(changes).toBeGreaterThan(100);
  });
});

const LOAD = { name: 'prog_load', prog_type: 'cgroup_skb' } as const;
const place = { target_path: '/', attach_type: 'cgroup_inet_egress' } as const;
const attach = (fd: number): Call => ({
  ...{ name: 'prog_attach', ...place, attach_bpf_fd: fd, flags: ['multi'] },
});
const detach = (fd: number): Call => ({ name: 'prog_detach', ...place, attach_bpf_fd: fd });

describe('a difference says what happened', () => {
  it('detach and attach moves a program behind the others, and names both events', () => {
    const log = playSteps(
      givenHistory([
        LOAD,
        LOAD,
        { name: 'mkdir', path: '/pod' },
        attach(3),
        attach(4),
        detach(3),
        attach(3),
      ]),
    );
    const { diff } = diffBetween(log, 6, 8);
    const [programA] = log.states[7]?.programs ?? [];
    const holder = { prog_id: programA?.prog_id, cgroup_id: 1 };
    expect(diff.effective).toEqual([
      {
        ...{ cgroup_id: 1, path: '/', attach_type: 'cgroup_inet_egress', because: [7, 8] },
        slots: [{ change: 'moved', was_place: 0, place: 1, was: holder, is: holder }],
        same_in: [expect.any(Number)],
      },
    ]);
    expect(
      diff.lists.map(({ was, is, because }) => [was?.revision, is?.revision, because]),
    ).toEqual([[3, 5, [7, 8]]]);
    expect(diff.programs).toEqual({ added: [], removed: [], changed: [] });
  });

  it('a link that runs another program keeps its slot', () => {
    const log = playSteps(
      givenHistory([
        ...[LOAD, LOAD, { name: 'link_create', ...place, prog_fd: 3 } as const],
        { name: 'link_update', link_fd: 6, new_prog_fd: 4 },
      ]),
    );
    const { diff } = diffBetween(log, 4, 5);
    expect(diff.effective[0]?.slots).toMatchObject([{ change: 'changed', was_place: 0, place: 0 }]);
    expect(diff.links.changed).toMatchObject([{ was: { prog_id: 1 }, is: { prog_id: 2 } }]);
  });

  it('after a reboot everything is new, because of the boot', () => {
    const log = playSteps(randomHistory({ seed: 9, events: 120, rebootEvery: 40 }));
    const boot = log.events.findLast(({ call }) => call.name === 'boot')?.position ?? 0;
    expect(boot).toBeGreaterThan(2);
    const { diff } = diffBetween(log, boot - 1, boot);
    expect(diff.boot?.is.number).toBe((diff.boot?.was.number ?? 0) + 1);
    expect(diff.cgroups.added.map(({ path, because }) => [path, because])).toEqual([['/', [boot]]]);
    expect(diff.processes.added.map(({ because }) => because)).toEqual([[boot]]);
  });
});
