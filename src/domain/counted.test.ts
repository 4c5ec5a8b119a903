import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it.each([
  [counted(0, 'event'), '0 events'],
  [counted(1, 'event'), '1 event'],
  [counted(2, 'event'), '2 events'],
  [counted(1, 'event was removed', 'events were removed'), '1 event was removed'],
  [counted(2, 'event was removed', 'events were removed'), '2 events were removed'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});
