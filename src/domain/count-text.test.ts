import { expect, it } from 'vitest';
import { countText } from './count-text.ts';

it.each([
  [countText(0, 'event'), '0 events'],
  [countText(1, 'event'), '1 event'],
  [countText(2, 'event'), '2 events'],
  [countText(1, 'event was removed', 'events were removed'), '1 event was removed'],
  [countText(2, 'event was removed', 'events were removed'), '2 events were removed'],
])('%s', (text, expected) => {
  expect(text).toBe(expected);
});
