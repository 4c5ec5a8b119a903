import { expect, it } from 'vitest';
import { fragmentOf, type PagePlace, parsePlace } from './place.ts';

const PLACE: PagePlace = {
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
  ['#/h?cgroup=/pods//a/', { cgroup: '/pods/a' }],
  ['#/h?at=boot:2', { at: undefined, when: 'boot:2' }],
  ['#/h?at=99999999999999999999', { at: undefined, when: '99999999999999999999' }],
])('reads %s', (fragment, expected) => {
  expect(parsePlace(fragment)).toMatchObject({ view: 'arrays', live: false, ...expected });
});

it.each([
  ['#/h?view=nothing', [/no view “nothing”.*arrays, lanes/]],
  ['#/h?from=0&to=1e9', [/from=0,/, /to=1e9,/]],
  ['#/h?att=42&cgruop=/', [/att, cgruop/]],
  ['#/h?cgroup=pods', [/cgroup=pods, which is not a path/]],
  ['#/h?cgroup=/pods/../a', [/not a path of a cgroup/]],
  ['#/h?at=42&view=lanes&live', undefined],
])('says what it does not understand of %s', (fragment, notes) => {
  expect(parsePlace(fragment).notes).toEqual(notes?.map((note) => expect.stringMatching(note)));
});

it('keeps a time in the address until its position is known', () => {
  expect(fragmentOf(parsePlace('#/h?at=2026-03-25T06:57:46Z'))).toBe('#/h?at=2026-03-25T06:57:46Z');
});
