/** The sections of the documentation, and which of them a reader means by some words. */
import MiniSearch from 'minisearch';

/** Address, title of the page, heading, text: as scripts/docs-site writes them. */
export type Section = readonly [address: string, title: string, heading: string, text: string];

export interface SearchHit {
  readonly address: string;
  readonly title: string;
  readonly heading: string;
  /** A part of the text, around what was searched; what was found stands between. */
  readonly excerpt: readonly Piece[];
}

export interface Piece {
  readonly text: string;
  readonly isFound: boolean;
}

const FOUND_MAX = 12;
const EXCERPT_CHARS = 160;
/** Characters before the first word that was found. */
const LEAD_CHARS = 40;
/** Sections that are indexed in one piece: typing goes on meanwhile. */
const INDEXED_IN_ONE_PIECE = 50;

/** What tells of one thing is found before tables that have each errno on every line, and what was. */
const WEIGHTS: readonly (readonly [begin: string, weight: number])[] = [
  ['/docs/recipes', 1.5],
  ['/docs/incidents', 1.2],
  ['/docs/errno', 0.2],
  ['/docs/changelog', 0.2],
  ['/docs/bench', 0.3],
  ['/docs/releases-compared', 0.3],
  ['/docs/adr', 0.5],
];

/** The page that is called by the very word. */
const WEIGHT_OF_NAMED = 5;

/** Words as the pages write them: `prog_attach` is one, and so are its parts. */
function wordsOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== '');
  return words.flatMap((word) =>
    word.includes('_') ? [word, ...word.split('_').filter((part) => part !== '')] : [word],
  );
}

/** Reads a search of the sections. */
export async function indexOf(
  sections: readonly Section[],
): Promise<(typed: string) => readonly SearchHit[]> {
  const index = new MiniSearch({ fields: ['title', 'heading', 'text'], tokenize: wordsOf });
  const documents = sections.map(([, title, heading, text], id) => ({ id, title, heading, text }));
  await index.addAllAsync(documents, { chunkSize: INDEXED_IN_ONE_PIECE });
  const options = {
    boost: { title: 4, heading: 3 },
    prefix: true,
    fuzzy: (term: string) => (term.length > 5 ? 1 : 0),
    boostDocument: (id: number, term: string) => weightOf(sections[id], term),
  } as const;
  const search = (typed: string) => {
    const exact = index.search(typed, { ...options, combineWith: 'AND' }).slice(0, FOUND_MAX);
    if (exact.length === FOUND_MAX) return exact;
    // What has some of the words comes after what has all.
    const known = new Set(exact.map(({ id }) => id));
    const some = index.search(typed, options).filter(({ id }) => !known.has(id));
    return [...exact, ...some].slice(0, FOUND_MAX);
  };
  return (typed) =>
    search(typed).flatMap(({ id, terms }) => {
      const section = sections[id as number];
      if (section === undefined) return [];
      const [address, title, heading, text] = section;
      return [{ address, title, heading, excerpt: excerptOf(text, terms) }];
    });
}

function weightOf(section: Section | undefined, term: string): number {
  if (section === undefined) return 1;
  const [address, title, heading] = section;
  const isNamed = heading === '' && title.toLowerCase().split(' › ').at(-1) === term;
  if (isNamed) return WEIGHT_OF_NAMED;
  return WEIGHTS.find(([begin]) => address.startsWith(begin))?.[1] ?? 1;
}

/** A part of a text around the first of some words, in pieces. */
export function excerptOf(text: string, terms: readonly string[]): readonly Piece[] {
  const words = terms.map((term) => term.replace(/[^\p{L}\p{N}_]/gu, '')).filter(Boolean);
  // The longest first: of `filters` no more than `filter` would be marked otherwise.
  const longest = words.sort((a, b) => b.length - a.length).join('|');
  const found = longest === '' ? undefined : new RegExp(`(?<![\\p{L}\\p{N}])(${longest})`, 'iu');
  const first = found === undefined ? 0 : Math.max(0, text.search(found));
  const begin = first <= LEAD_CHARS ? 0 : text.indexOf(' ', first - LEAD_CHARS) + 1;
  const part = text.slice(Math.min(begin, first), begin + EXCERPT_CHARS);
  const cut = `${begin > 0 ? '… ' : ''}${part}${begin + EXCERPT_CHARS < text.length ? ' …' : ''}`;
  if (found === undefined) return [{ text: cut, isFound: false }];
  const pieces = cut.split(new RegExp(found.source, 'giu'));
  // What the pattern captures stands at the odd places.
  return pieces
    .map((piece, i) => ({ text: piece, isFound: i % 2 === 1 }))
    .filter(({ text: one }) => one !== '');
}
