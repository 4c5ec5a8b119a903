import { describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../../events/event.ts';
import type { EventRef } from '../wording/event-ref.ts';
import type { StandingEntry, Why } from './explain.ts';
import { type ExplainQuestion, explanationSentence } from './explain-text.ts';

const COMMON = { at: 1e6, boot: 1, actor: 'local', pid: 10, comm: 'x' } as const;
const PUT: EventRef = { position: 5, ...COMMON, call: 'prog_attach' };
const NAME = { prog_id: 1, prog_name: 'one', tag: '', position_from: 3 };
const ASKED: ExplainQuestion = {
  ...{ path: '/a/b', attach_type: 'cgroup_device', program: 1, position: 9, release: '6.18' },
  names: new Map([[1, NAME]]),
  stands_at: [],
  put_by: PUT,
  blocked_by: PUT,
};
const entry = { prog_id: 1, cgroup_id: 2, path: '/a' } as StandingEntry;
const event: LedgerEvent = {
  ...{ position: 7, ...COMMON, recorded_at: 1e6, source: 'decided' },
  ...{ call: { name: 'rmdir', path: '/a' }, outcome: { ret: 0 }, effects: [] },
};

/** Those whose sentence names an entry, and so who attached it. */
const NAMING: Readonly<Record<Why, boolean>> = {
  effective: true,
  never_loaded: false,
  no_such_cgroup: false,
  cgroup_removed: true,
  never_attached: false,
  attach_refused: true,
  detached: true,
  link_detached: true,
  link_freed: true,
  replaced: true,
  link_updated: true,
  overridden: true,
  unseen: true,
  kernel_bug: true,
};

describe.each(Object.entries(NAMING) as [Why, boolean][])(
  'of a program that is %s',
  (why, names) => {
    const found = {
      why,
      event,
      reason: 'unpinned',
      entry,
      in_the_way: entry,
      mode: 'multi',
    } as const;

    it.each([
      ['who attached it', { put_by: PUT, blocked_by: PUT }, ' (attached at 5 by x[10])'],
      [
        'where it was found',
        { put_by: { ...PUT, call: 'found' }, blocked_by: { ...PUT, call: 'found' } },
        ' (found at 5)',
      ],
    ] as const)('the sentence says %s, without a comma that dangles', (_, put, words) => {
      const sentence = explanationSentence({ ...ASKED, ...put }, found);
      expect(sentence.includes(`/a${words}`)).toBe(names);
      expect(sentence).not.toMatch(/[,:;] *$|, *[,;:)]|\( *\)| {2}/);
    });

    it('the sentence has no empty place for who attached it where nobody knows', () => {
      const { put_by: _, blocked_by: __, ...asked } = ASKED;
      const sentence = explanationSentence(asked, found);
      expect(sentence).not.toMatch(/attached at 5|[,:;] *$|, *[,;:)]|\( *\)| {2}/);
    });
  },
);
