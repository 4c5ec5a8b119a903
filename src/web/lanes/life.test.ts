import { expect, it } from 'vitest';
import type { History } from '../service/answers.ts';
import { lifeOf } from './life.ts';

type Chapter = History['items'][number];

const FD = { pid: 10, comm: 'agent', fd: 5 };
const holdersOf = (fds: number, ...pins: string[]) => ({
  fds: Array.from({ length: fds }, (_, i) => ({ ...FD, fd: 5 + i })),
  in_flight_to: [],
  pins,
});

/** An event of link 2 with what it did, and who holds the link after it. */
function chapter(position: number, types: readonly string[], more: Partial<Chapter> = {}): Chapter {
  const effects = types.map((type) => ({ type, link_id: 2 }));
  return { event: { position, effects } as never, what: '', ...more };
}

const STORY = [
  chapter(12, ['LinkCreated', 'EntryInserted'], { held_by: holdersOf(1) }),
  chapter(18, ['LinkUpdated'], { held_by: holdersOf(1) }),
  chapter(19, ['PinCreated'], { held_by: holdersOf(1, '/count') }),
  chapter(20, ['EntryRemoved', 'LinkSevered'], { held_by: holdersOf(1, '/count') }),
  chapter(22, ['FdClosed'], { held_by: holdersOf(0, '/count') }),
  chapter(23, ['PinRemoved', 'LinkFreed'], { ended: 'its pin was removed' }),
];

it('tells where a link was attached, severed and held, and why it ended', () => {
  expect(lifeOf(2, STORY, 40)).toEqual({
    attached: { from: 12, to: 19 },
    severed: { from: 20, to: 22 },
    ended: { at: 23, why: 'its pin was removed' },
    updates: [18],
    held: [
      { name: 'agent[10] fd 5', stays: [{ from: 12, to: 21 }] },
      { name: 'pin /count', stays: [{ from: 19, to: 22 }] },
    ],
  });
});

it('goes to the last known position while the link lives', () => {
  expect(lifeOf(2, STORY.slice(0, 3), 40)).toMatchObject({
    attached: { from: 12, to: 40 },
    severed: undefined,
    ended: undefined,
    held: [
      { name: 'agent[10] fd 5', stays: [{ from: 12, to: 40 }] },
      { name: 'pin /count', stays: [{ from: 19, to: 40 }] },
    ],
  });
  expect(lifeOf(2, STORY.slice(0, 4), 40).severed).toEqual({ from: 20, to: 40 });
});

it('does not take what happened to another link for its own, and shows who came back', () => {
  const { severed, held: holders } = lifeOf(
    3,
    [
      chapter(1, ['LinkCreated'], { held_by: holdersOf(2) }),
      chapter(4, ['LinkSevered'], { held_by: holdersOf(1) }),
      chapter(6, [], { held_by: holdersOf(2) }),
    ],
    9,
  );
  expect(severed).toBeUndefined();
  expect(holders[1]).toEqual({
    name: 'agent[10] fd 6',
    stays: [
      { from: 1, to: 3 },
      { from: 6, to: 9 },
    ],
  });
});
