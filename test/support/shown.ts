// Pages show what is typed and what is printed; tests run the one and compare the other.

/** The words of a line as a shell splits it. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/gu)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

/** What is typed after `$` in a block, and the lines that it prints. */
export function findTyped(block: string): { readonly typed: string; readonly shown: string }[] {
  return block
    .split(/^\$ /mu)
    .slice(1)
    .map((part) => {
      const [typed = '', ...lines] = part.split('\n');
      return { typed, shown: lines.join('\n') };
    });
}

/** What may be printed: `…` stands for anything. */
export function patternOf(shown: string): RegExp {
  const escaped = shown.trimEnd().replace(/[.*+?^$(){}|[\]\\]/gu, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[^]*?')}$`, 'u');
}
