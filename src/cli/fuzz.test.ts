import { expect, it } from 'vitest';
import { PRESET_NAMES } from '../recorders/generator/preset.ts';
import { presetsNamed } from './fuzz.ts';

it.each([
  [undefined, PRESET_NAMES],
  ['all', PRESET_NAMES],
  ['links,all', PRESET_NAMES],
  ['links,caps', ['links', 'caps']],
])('--preset %s', (text, presets) => {
  expect(presetsNamed(text)).toEqual(presets);
});

it('a preset that there is not is answered with those that there are', () => {
  expect(() => presetsNamed('links,none')).toThrow('there is no preset none (there are all, links');
});
