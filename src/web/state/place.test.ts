import { expect, it } from 'vitest';
import { fragmentOf, type Place, parsePlace } from './place.ts';

const PLACE: Place = {
  ...{ host: 'web-1', at: 42, cgroup: '/a b/ü&c=d#e', type: 'cgroup_device', program: 7 },
  ...{ view: 'lanes', from: 2, to: 90, mark: 3, release: '6.18.44', live: false },
};

it('comes back from its fragment', () => {
  const fragment = fragmentOf(PLACE);
  expect(parsePlace(fragment)).toEqual({ ...PLACE, tour: undefined, search: undefined });
  expect(fragmentOf(parsePlace(fragment))).toBe(fragment);
});

it('keeps a link short and legible', () => {
  const place = { host: 'web1', view: 'arrays', live: true, cgroup: '/pods/a' } as const;
  expect(fragmentOf(place)).toBe('#/web1?cgroup=/pods/a&live');
  expect(parsePlace('#/web1?cgroup=/pods/a&live')).toMatchObject(place);
  expect(fragmentOf({ view: 'arrays', live: false })).toBe('#/');
});

it.each([
  ['', {}],
  ['#', {}],
  ['#/', {}],
  ['#/%E0%A4%A', { host: '%E0%A4%A' }],
  ['#/h?at=-1&from=0&to=1e9&program=x', { host: 'h', at: undefined, from: undefined }],
  ['#/h?view=nothing&at=99999999999999999999', { host: 'h', view: 'arrays', at: undefined }],
])('leaves out what it does not understand: %s', (fragment, expected) => {
  expect(parsePlace(fragment)).toMatchObject({ view: 'arrays', live: false, ...expected });
});
