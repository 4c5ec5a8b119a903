import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applySequence, type SequenceChange, sequenceChanges } from './sequence.ts';

const letters = (text: string) => [...text];
const textsOf = (changes: readonly SequenceChange<string>[]): string[] =>
  changes.map((change) => {
    const was = change.change === 'added' ? '' : `${change.was}${change.was_place}`;
    const is = change.change === 'removed' ? '' : `${change.is}${change.place}`;
    return `${change.change} ${was}>${is}`;
  });

/** Upper and lower case are two versions of one thing. */
const byLetter = {
  identity: (letter: string) => letter.toLowerCase(),
  same: (a: string, b: string) => a === b,
};

describe('changes of a sequence', () => {
  it.each([
    ['abc', 'abc', []],
    ['abc', 'ab', ['removed c2>']],
    ['ab', 'xab', ['added >x0']],
    ['abc', 'aBc', ['changed b1>B1']],
    // The one that went behind the others moved; the others kept their order.
    ['abc', 'bca', ['moved a0>a2']],
    ['abc', 'bCA', ['changed c2>C1', 'moved a0>A2']],
    ['abc', 'dcb', ['removed a0>', 'added >d0', 'moved b1>b2']],
    ['aa', 'a', ['removed a1>']],
    ['', 'a', ['added >a0']],
  ])('from "%s" to "%s"', (before, after, expected) => {
    expect(textsOf(sequenceChanges(letters(before), letters(after), byLetter))).toEqual(expected);
  });

  it('lead from the first sequence to the second', () => {
    const sequence = fc.array(fc.constantFrom(...'abcdefABCDEF'), { maxLength: 9 });
    fc.assert(
      fc.property(sequence, sequence, (before, after) => {
        const changes = sequenceChanges(before, after, byLetter);
        expect(applySequence(before, changes)).toEqual(after);
      }),
      { numRuns: 2000 },
    );
  });
});
