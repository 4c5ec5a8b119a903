import { expect, it } from 'vitest';
import { allMeant, type Candidate, oneMeant } from './candidates.ts';

const SOUGHT = { kind: 'program', where: 'on demo', next: 'see bpfledger at demo head' };
const PROGRAMS: readonly Candidate[] = [
  { id: '5001', names: ['sd_devices', 'b11459a0e11ca14c'], about: 'loaded at 6' },
  { id: '5002', names: ['runc_devices', 'a7'], about: 'loaded at 13' },
  { id: '5003', names: ['runc_devices', 'a7'], about: 'loaded at 16' },
];

it.each([
  ['sd_devices', ['5001']],
  ['b11459a0e11ca14c', ['5001']],
  ['sd_*', ['5001']],
  ['?d_devices', ['5001']],
  ['*_devices', ['5001', '5002', '5003']],
])('%s means %j', (typed, ids) => {
  expect(allMeant(typed, PROGRAMS, SOUGHT).map(({ id }) => id)).toEqual(ids);
});

it('takes what is typed literally, save * and ?', () => {
  const odd = [
    { id: '1', names: ['a.b(c)[d]'] },
    { id: '2', names: ['axb(c)[d]'] },
  ];
  expect(allMeant('a.b(c)*', odd, SOUGHT).map(({ id }) => id)).toEqual(['1']);
});

it.each([
  [
    'runc_devices',
    'runc_devices means 2 programs on demo: 5002 loaded at 13, 5003 loaded at 16; type one of them',
  ],
  [
    '*devices',
    '*devices means 3 programs on demo: 5001 sd_devices loaded at 6, 5002 runc_devices loaded at 13, 5003 runc_devices loaded at 16; type one of them',
  ],
  ['sd_device', 'there is no program sd_device on demo; did you mean sd_devices?'],
  [
    'firewall',
    'there is no program firewall on demo; there are sd_devices, runc_devices; see bpfledger at demo head',
  ],
])('%s is refused, with what to type', (typed, said) => {
  expect(() => oneMeant(typed, PROGRAMS, SOUGHT)).toThrow(said);
});

it('says what to do where there is nothing at all, and too much', () => {
  expect(() => oneMeant('x', [], SOUGHT)).toThrow(
    'there is no program x on demo; see bpfledger at demo head',
  );
  const many = Array.from({ length: 101 }, (_, i) => ({ id: `${i}`, names: [`p${i}`] }));
  expect(() => allMeant('p*', many, SOUGHT)).toThrow('p* means 101 programs on demo, 100 at most');
});

it('suggests what is there before what is gone', () => {
  const cgroups = [
    { id: '/poda', names: ['/poda'], isGone: true },
    { id: '/pods', names: ['/pods'] },
  ];
  const sought = { ...SOUGHT, kind: 'cgroup' };
  expect(() => oneMeant('/podb', cgroups, sought)).toThrow('did you mean /pods?');
  expect(() => oneMeant('/podb', cgroups.slice(0, 1), sought)).toThrow('did you mean /poda?');
});
