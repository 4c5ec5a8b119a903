import { describe, expect, it } from 'vitest';
import { agreesWithTold, sameAnswer } from './agreement.ts';
import type { Success } from './outcome.ts';

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

describe('what a recorder tells of a success', () => {
  const answer = { ret: 3, prog_id: 7, query: { ...query, revision: 0 } };

  it.each<[string, Success, boolean]>([
    ['less than the rules answer', { ret: 3 }, true],
    ['another fd', { ret: 4 }, false],
    ['another id, which is a fact', { ret: 3, prog_id: 9 }, true],
    ['that the verifier was not asked', { ret: 3, verified: false }, true],
    ['a query without the revision that was not written', { ret: 3, query }, true],
    ['another revision', { ret: 3, query: { ...query, revision: 2 } }, false],
    ['other programs', { ret: 3, query: { ...query, prog_ids: [8] } }, false],
    ['a field that the rules do not answer', { ret: 3, next_id: 1 }, false],
  ])('%s', (_title, told, agrees) => {
    expect(agreesWithTold(told, answer)).toBe(agrees);
  });

  it('a refusal is another answer', () => {
    expect(agreesWithTold({ ret: 0 }, { errno: 'EPERM', rule: 'kernel-said-so' })).toBe(false);
  });
});
