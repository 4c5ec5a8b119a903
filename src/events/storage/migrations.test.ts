import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const folder = new URL('../../../migrations/', import.meta.url);
const released = readFileSync(new URL('released.sha256', folder), 'utf8').trim().split('\n');

it('no released migration was edited, and every migration is on the list of released ones', () => {
  const found = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const bytes = readFileSync(new URL(name, folder));
      return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`;
    });
  // A new migration is added to the list by `sha256sum 0*.sql`; an old line never changes.
  expect(found).toEqual(released);
});
