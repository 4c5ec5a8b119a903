/** Sets of numbers written as ranges, `1-3 7`, as tables of the kernel's fields and helpers are. */
export function numberRanges(text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const range of text.split(' ')) {
    if (range === '') continue;
    const [from = 0, to = from] = range.split('-').map(Number);
    for (let n = from; n <= to; n++) numbers.add(n);
  }
  return numbers;
}
