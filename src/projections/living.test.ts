import { expect, it } from 'vitest';
import { historyOf, randomHistory } from '../../test/support/random-history.ts';
import { livingCgroups, livingLinks, livingPins } from './living.ts';

const steps = randomHistory({ seed: 2, events: 500, rebootEvery: 10_000 });
let last = historyOf([]);
for (const step of steps) last = step;
const { kernel } = last;

it('reads pages that join without a seam', () => {
  const { page: all, count } = livingLinks(kernel, { limit: 1000 });
  expect(all.length).toBeGreaterThan(6);
  expect(count).toBe(all.length);
  for (const order of ['asc', 'desc'] as const) {
    const paged: number[] = [];
    for (let { page } = livingLinks(kernel, { limit: 3, order }); page.length > 0; ) {
      paged.push(...page);
      ({ page } = livingLinks(kernel, { after: page.at(-1), limit: 3, order }));
    }
    expect(paged).toEqual(order === 'asc' ? all : all.toReversed());
  }

  const [first, ...rest] = livingPins(kernel, { limit: 1000 }).page;
  expect(rest.length).toBeGreaterThan(2);
  expect(livingPins(kernel, { after: first, limit: 1000 })).toEqual({
    page: rest,
    count: rest.length + 1,
  });
});

it('reads a part of the tree', () => {
  const pathOf = (id: number) => kernel.cgroups.get(id)?.path ?? '';
  const { page: all } = livingCgroups(kernel, { limit: 1000 });
  const { page: under, count } = livingCgroups(kernel, { under: '/a', limit: 1000 });
  expect(count).toBe(under.length);
  expect(under.length).toBeGreaterThan(0);
  expect(under).toEqual(all.filter((id) => /^\/a(\/|$)/.test(pathOf(id))));
  expect(livingCgroups(kernel, { under: '/', limit: 1000 }).page).toEqual(all);
});

it('reads the links of a program, and of a cgroup', () => {
  const all = [...kernel.links.values()];
  for (const { prog_id, cgroup_id } of all) {
    const of = { prog_id, cgroup_id };
    const expected = all.filter((l) => l.prog_id === prog_id && l.cgroup_id === cgroup_id);
    expect(livingLinks(kernel, { ...of, limit: 1000 }).page).toEqual(
      expected.map(({ id }) => id).sort((a, b) => a - b),
    );
  }
});

it('reads the pins of an object', () => {
  for (const [path, { kind, id }] of kernel.bpffs.entries()) {
    if (kind === 'dir' || kind === 'symlink') continue;
    expect(livingPins(kernel, { kind, object_id: id, limit: 1000 }).page).toContain(path);
  }
});

it('refuses a page without a bound', () => {
  for (const limit of [0, 1001, 1.5, Number.NaN]) {
    expect(() => livingCgroups(kernel, { limit })).toThrow(/PAGE_LIMIT_MAX/);
  }
});
