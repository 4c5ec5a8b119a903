import { describe, expect, it } from 'vitest';
import { boot } from '../domain/boot.ts';
import type { Call } from '../domain/call.ts';
import { isRefusal } from '../domain/outcome.ts';
import { perform } from '../domain/perform.ts';
import { BOOT_PID } from '../domain/release/config.ts';
import { inOnePiece } from '../events/turns.ts';
import { cgroupsMeant, hasEntries } from './cgroup-search.ts';
import { type OutlineRequest, outlineOf } from './outline.ts';

const kernel = boot('6.18');

function make(...calls: readonly Call[]): void {
  for (const call of calls) {
    const { outcome } = perform(kernel, BOOT_PID, call);
    expect(isRefusal(outcome), JSON.stringify([call, outcome])).toBe(false);
  }
}

const TAG = 'c0ffee0123456789';
const mkdir = (path: string): Call => ({ name: 'mkdir', path });

make(
  ...['/b', '/a', '/a/z', '/a/y', '/a-', '/a/y/x'].map(mkdir),
  {
    ...{ name: 'prog_load', prog_type: 'cgroup_skb' },
    ...{ expected_attach_type: 'cgroup_inet_egress', prog_name: 'Guard' },
    tag: { sha1: TAG, sha256: TAG },
  },
  { name: 'prog_attach', attach_bpf_fd: 3, target_path: '/b', attach_type: 'cgroup_inet_egress' },
  { name: 'link_create', prog_fd: 3, target_path: '/a/y/x', attach_type: 'cgroup_inet_egress' },
);

const idOf = (path: string): number => kernel.cgroupIds.get(path) ?? 0;
const all = { closed: new Set<number>(), offset: 0, limit: 100 };
const outline = (asked: Partial<OutlineRequest> = {}) =>
  inOnePiece(outlineOf(kernel, { ...all, ...asked }));
const drawOutline = (asked: Partial<OutlineRequest> = {}) =>
  outline(asked).items.map(({ path, depth }) => '  '.repeat(depth) + path);

describe('an outline', () => {
  it('has each cgroup below its parent, by path', () => {
    expect(drawOutline()).toEqual([
      '/',
      '  /a',
      '    /a/y',
      '      /a/y/x',
      '    /a/z',
      '  /a-',
      '  /b',
    ]);
    expect(outline()).toMatchObject({ offset: 0, rows: 7, matches: 7, cgroups: 7 });
    expect(outline().items.map(({ has_children }) => has_children)).toEqual([
      ...[true, true, true, false, false, false, false],
    ]);
  });

  it('leaves out what is below a closed cgroup, except where it is filtered', () => {
    const closed = new Set([idOf('/a')]);
    expect(drawOutline({ closed })).toEqual(['/', '  /a', '  /a-', '  /b']);
    expect(outline({ closed, seek: '/a/y' }).sought).toMatchObject({ path: '/a/y' });
    expect(outline({ closed, seek: '/a/y' }).sought).not.toHaveProperty('row');
    expect(drawOutline({ closed, isWanted: ({ path }) => path.endsWith('x') })).toHaveLength(4);
  });

  it('is answered in windows, and moves one to what is sought', () => {
    expect(drawOutline({ offset: 2, limit: 2 })).toEqual(['    /a/y', '      /a/y/x']);
    expect(drawOutline({ offset: 7 })).toEqual([]);
    // In the window already: it stays.
    expect(outline({ offset: 5, limit: 2, seek: '/b' })).toMatchObject({ offset: 5 });
    expect(outline({ offset: 5, limit: 2, seek: '/a' })).toMatchObject({
      offset: 0,
      sought: { path: '/a', row: 1, above: [{ path: '/' }] },
    });
    expect(outline({ seek: new Set([idOf('/b'), idOf('/a/z')]) }).sought).toMatchObject({ row: 4 });
    expect(outline({ seek: new Set() })).not.toHaveProperty('sought');
  });

  it('finds the nearest cgroup above one that is not there', () => {
    expect(outline({ seek: '/a/y/none/below' }).sought).toMatchObject({ path: '/a/y', row: 2 });
    expect(outline({ seek: '/none' }).sought).toMatchObject({ path: '/', above: [] });
  });

  it('tells what runs on the sought one', () => {
    const { sought } = outline({ seek: '/b' });
    expect(sought?.attached.map(({ entries }) => entries.length)).toEqual([1]);
    expect(sought?.effective).toMatchObject([{ attach_type: 'cgroup_inet_egress' }]);
  });
});

describe('a search', () => {
  it.each([
    ['A/', ['/', '  /a', '    /a/y', '      /a/y/x', '    /a/z'], 3],
    ['guard', ['/', '  /a', '    /a/y', '      /a/y/x', '  /b'], 2],
    ['link 1', ['/', '  /a', '    /a/y', '      /a/y/x'], 1],
    ['link 7', [], 0],
    [TAG, ['/', '  /a', '    /a/y', '      /a/y/x', '  /b'], 2],
    [TAG.slice(0, 4), ['/', '  /a', '    /a/y', '      /a/y/x', '  /b'], 2],
    [TAG.slice(0, 3), [], 0],
    ['no such thing', [], 0],
  ])('by “%s”', (text, rows, matches) => {
    const isWanted = cgroupsMeant(kernel, text);
    expect(drawOutline({ isWanted })).toEqual(rows);
    expect(outline({ isWanted }).matches).toBe(matches);
  });

  it('of what has programs', () => {
    expect(outline({ isWanted: hasEntries }).matches).toBe(2);
  });
});
