import { describe, expect, it } from 'vitest';
import { ProblemError } from '../problem.ts';
import { Room } from './room.ts';

const busy = expect.objectContaining({ slug: 'busy' });

describe('a room', () => {
  it('takes so many in all, and of each caller no more than a share', () => {
    const room = new Room({ all: 3, each: 2 }, 'works');
    room.enter('a');
    const leave = room.enter('a');
    expect(() => room.enter('a')).toThrow(busy);
    room.enter('b');
    expect(() => room.enter('c')).toThrow(busy);
    leave();
    leave();
    expect(room.taken).toBe(2);
    room.enter('b');
    expect(() => room.enter('c')).toThrow(busy);
  });

  it('counts places', () => {
    const room = new Room({ all: 100, each: 60 }, 'bytes');
    const leave = room.enter('a', 50);
    expect(() => room.enter('a', 11)).toThrow(busy);
    expect(() => room.enter('b', 51)).toThrow(busy);
    leave();
    room.enter('b', 60);
  });

  it('is left when the work ends, however it does', async () => {
    const room = new Room({ all: 1, each: 1 }, 'works');
    expect(await room.hold('a', async () => room.taken)).toBe(1);
    await expect(room.hold('a', () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    expect(room.taken).toBe(0);
  });

  it('says what is full, and when to come back', () => {
    const room = new Room({ all: 2, each: 1 }, 'works');
    room.enter('a');
    const refused = (() => {
      try {
        return room.enter('a');
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toBeInstanceOf(ProblemError);
    expect(refused).toMatchObject({
      details: {
        detail: 'works of yours under way: 1, as many as there may be',
        limit: 1,
        retry_after: 1,
      },
    });
  });
});
