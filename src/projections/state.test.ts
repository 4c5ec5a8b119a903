import { describe, expect, it } from 'vitest';
import { historyOf, randomHistory } from '../../test/support/random-history.ts';
import { emptyKernel } from '../domain/boot.ts';
import { effectiveArray } from '../domain/effective.ts';
import { restoreKernel, snapshotOf } from '../domain/snapshot.ts';
import { decodeEvent, encodeEvent } from '../events/encoding/codec.ts';
import { fold } from '../events/reading/host-state.ts';
import { inOnePiece } from '../events/turns.ts';
import { processesOf, processOf } from './processes.ts';
import { stateOf } from './state.ts';

const text = (value: unknown): string => JSON.stringify(value);

describe('the whole state', () => {
  it.each([1, 2, 3])('is equal text when it was folded from the log or restored: %i', (seed) => {
    const folded = emptyKernel();
    let positions = 0;
    for (const { event, kernel } of randomHistory({ seed, events: 400, rebootEvery: 150 })) {
      const { position, recorded_at } = event;
      fold(folded, [decodeEvent({ position, recorded_at, body: encodeEvent(event) })]);
      if (position % 20 !== 0) continue;
      const live = text(inOnePiece(stateOf(kernel)));
      expect(text(inOnePiece(stateOf(folded))), `seed ${seed}, position ${position}`).toBe(live);
      const snapshot = JSON.parse(text(snapshotOf(kernel)));
      expect(text(inOnePiece(stateOf(restoreKernel(snapshot))))).toBe(live);
      positions++;
    }
    expect(positions).toBe(20);
  });

  it.each(['6.18', '6.17.13', '5.7'])('has the effective arrays of every cgroup: %s', (release) => {
    let arrays = 0;
    for (const { event, kernel } of randomHistory({ seed: 4, events: 400, release })) {
      if (event.position % 10 !== 0) continue;
      for (const { cgroup_id, effective } of inOnePiece(stateOf(kernel)).cgroups) {
        const cgroup = kernel.cgroups.get(cgroup_id);
        if (cgroup === undefined) throw new Error('a listed cgroup lives');
        for (const type of ['cgroup_inet_ingress', 'cgroup_inet_egress'] as const) {
          const view = effective.find(({ attach_type }) => attach_type === type);
          expect(view?.slots ?? []).toEqual(effectiveArray(kernel, cgroup, type));
          arrays += view === undefined ? 0 : 1;
        }
      }
    }
    expect(arrays).toBeGreaterThan(50);
  });

  it('says who holds a link: fds, a copy in flight and a pin', () => {
    const { kernel } = historyOf([
      { name: 'prog_load', prog_type: 'cgroup_skb' },
      {
        name: 'link_create',
        prog_fd: 3,
        target_path: '/',
        attach_type: 'cgroup_inet_egress',
      },
      { name: 'dup', fd: 5 },
      { name: 'obj_pin', bpf_fd: 5, path: '/l' },
      { name: 'spawn', child_pid: 50 },
      { name: 'send_fd', fd: 4, to_pid: 50 },
    ]);
    expect(inOnePiece(stateOf(kernel)).links).toEqual([
      {
        link_id: 1,
        prog_id: 1,
        attach_type: 'cgroup_inet_egress',
        cgroup_id: 1,
        refs: 2,
        held_by: {
          fds: [
            { pid: 1, fd: 4 },
            { pid: 1, fd: 5 },
          ],
          in_flight_to: [50],
          pins: ['/l'],
        },
      },
    ]);
  });
});

describe('processes', () => {
  const { kernel } = historyOf([
    { name: 'prog_load', prog_type: 'cgroup_skb' },
    { name: 'dup', fd: 3 },
    { name: 'fork', child_pid: 70 },
  ]);

  it('show that a duplicated and an inherited fd share one open file description', () => {
    const files = inOnePiece(processesOf(kernel)).flatMap(({ pid, fds }) =>
      fds
        .filter(({ kind }) => kind === 'prog')
        .map(({ fd, file, refs, id, cloexec }) => ({ pid, fd, file, refs, id, cloexec })),
    );
    const file = files[0]?.file;
    const shared = { file, refs: 4, id: 1 };
    expect(files).toEqual([
      { pid: 1, fd: 3, ...shared, cloexec: true },
      { pid: 1, fd: 4, ...shared, cloexec: false },
      { pid: 70, fd: 3, ...shared, cloexec: true },
      { pid: 70, fd: 4, ...shared, cloexec: false },
    ]);
  });

  it('are found by pid while they live', () => {
    expect(processOf(kernel, 70)).toMatchObject(inOnePiece(processesOf(kernel))[1] ?? {});
    expect(processOf(kernel, 71)).toBeUndefined();
  });
});
