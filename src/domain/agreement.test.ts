import { expect, it } from 'vitest';
import { sameAnswer } from './agreement.ts';

const query = { prog_cnt: 1, prog_ids: [7], attach_flags: 2 };

it('a refusal agrees with the same errno, whatever the rule', () => {
  const model = { errno: 'EPERM', rule: 'list-mode-differs', about: { cgroup: '/a' } } as const;
  expect(sameAnswer(model, { errno: 'EPERM', rule: 'kernel-said-so' })).toBe(true);
  expect(sameAnswer(model, { errno: 'EINVAL', rule: 'kernel-said-so' })).toBe(false);
  expect(sameAnswer(model, { ret: 0 })).toBe(false);
});

it('a refusal to open the target is another one than that of the call', () => {
  const refused = { errno: 'EMFILE', rule: 'kernel-said-so' } as const;
  expect(sameAnswer({ ...refused, stage: 'open' }, refused)).toBe(false);
});

it('a query agrees in every number it wrote; a revision of 0 was not written', () => {
  expect(sameAnswer({ ret: 0, query: { ...query, revision: 0 } }, { ret: 0, query })).toBe(true);
  expect(sameAnswer({ ret: 0, query: { ...query, revision: 3 } }, { ret: 0, query })).toBe(false);
  const other = { ...query, prog_ids: [8] };
  expect(sameAnswer({ ret: 0, query }, { ret: 0, query: other })).toBe(false);
});

it('an fd number is part of the answer', () => {
  expect(sameAnswer({ ret: 5 }, { ret: 6 })).toBe(false);
});
