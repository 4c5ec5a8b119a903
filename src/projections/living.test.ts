import { expect, it } from 'vitest';
import { historyOf, randomHistory } from '../../test/support/random-history.ts';
import { livingCgroups, livingLinks, livingPins } from './living.ts';

const steps = randomHistory({ seed: 2, events: 500, rebootEvery: 10_000 });
let last = historyOf([]);
for (const step of steps) last = step;
const { kernel } = last;

it('reads pages that join without a seam', () => {
  const all = livingLinks(kernel, { limit: 1000 });
  expect(all.length).toBeGreaterThan(6);
  const paged: number[] = [];
  for (let page = livingLinks(kernel, { limit: 3 }); page.length > 0; ) {
    paged.push(...page);
    page = livingLinks(kernel, { after: page.at(-1), limit: 3 });
  }
  expect(paged).toEqual(all);

  const [first, ...rest] = livingPins(kernel, { limit: 1000 });
  expect(rest.length).toBeGreaterThan(2);
  expect(livingPins(kernel, { after: first, limit: 1000 })).toEqual(rest);
});

it('reads a part of the tree', () => {
  const pathOf = (id: number) => kernel.cgroups.get(id)?.path ?? '';
  const all = livingCgroups(kernel, { limit: 1000 });
  const under = livingCgroups(kernel, { under: '/a', limit: 1000 });
  expect(under.length).toBeGreaterThan(0);
  expect(under).toEqual(all.filter((id) => /^\/a(\/|$)/.test(pathOf(id))));
  expect(livingCgroups(kernel, { under: '/', limit: 1000 })).toEqual(all);
});

it('reads the links of a program, and of a cgroup', () => {
  const all = [...kernel.links.values()];
  for (const { prog_id, cgroup_id } of all) {
    const of = { prog_id, cgroup_id };
    const expected = all.filter((l) => l.prog_id === prog_id && l.cgroup_id === cgroup_id);
    expect(livingLinks(kernel, { ...of, limit: 1000 })).toEqual(
      expected.map(({ id }) => id).sort((a, b) => a - b),
    );
  }
});

it('reads the pins of an object', () => {
  for (const [path, { kind, id }] of kernel.bpffs.entries()) {
    if (kind === 'dir') continue;
    expect(livingPins(kernel, { kind, object_id: id, limit: 1000 })).toContain(path);
  }
});

it('refuses a page without a bound', () => {
  for (const limit of [0, 1001, 1.5, Number.NaN]) {
    expect(() => livingCgroups(kernel, { limit })).toThrow(/PAGE_LIMIT_MAX/);
  }
});
