// Functions are named by verbs, or by the noun that they give; a type's name says what it is.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folders = ['src', 'test', 'bench', 'scripts'];
/** This file shows what is a participle. */
const SELF = 'test/house/names.test.ts';
const sources = execFileSync('git', ['ls-files', '-z', ...folders], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.(?:tsx?|js)$/.test(path) && path !== SELF && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** Participles that do not end in -ed. */
const IRREGULAR = new Set(
  `told made held found taken given kept seen known sent bound built done written drawn left met
  shown sought meant said gone lost spoken broken chosen forgotten hidden driven grown laid led
  paid risen sold spent stood struck swept thought thrown torn understood woken overwritten
  rebuilt brought bought caught taught unknown unseen unread unmet`.split(/\s+/),
);
/** Verbs and nouns that look like participles. */
const VERBS = new Set([
  'need',
  'feed',
  'seed',
  'speed',
  'embed',
  'exceed',
  'proceed',
  'succeed',
  'deed',
]);
/** A participle before one of these names nothing: not `heldBy`. Before a noun it does: `heldStates`. */
const PARTICLES = new Set(
  `by of at in on from to off before after around out elsewhere ahead below onto as when again
  here there with for within into over against under between`.split(/\s+/),
);
/** Names that others chose. */
const ALLOWED = new Set([
  // What users of the package call: `fakeKernel().done(…)`.
  'src/library/testing.ts: done',
  // What wrk calls at the end, in its own language.
  'bench/harness/load.ts: done',
]);
/** The state before a call, in the tests of the rules: given, when, then. */
const GIVEN = /^test\/spec\/.*: given$/;

const DECLARATIONS = [
  /\bfunction\*? (\w+)/g,
  // A method, with or without a body.
  /^ +(?:(?:public|private|static|override|async) )*\*?#?(\w+)(?:<[^()]*>)?\([^()]*(?:\([^()]*\)[^()]*)*\)(?:(?:: [^;=\n]+)? \{$|: [^;=\n]+;$)/gm,
  // A constant or a field that is an arrow function.
  /\b(?:const|readonly) (\w+)(?:: \w+)? ?[=:] (?:async )?(?:<[^()]*>)?(?:\w+|\([^()]*(?:\([^()]*\)[^()]*)*\)(?:: [^=;]+)?) =>/g,
];

function isParticiple(name: string): boolean {
  const [first = '', second] = name.split(/(?=[A-Z])|_/).map((word) => word.toLowerCase());
  const hasForm = IRREGULAR.has(first) || /[a-z]ed$/.test(first);
  if (!hasForm || VERBS.has(first)) return false;
  return second === undefined || PARTICLES.has(second);
}

/** The functions of a text that are named by a participle. */
function listParticiples(text: string): string[] {
  const code = text.replace(/^ *(?:\/\/|\/?\*).*$/gm, '');
  return DECLARATIONS.flatMap((form) => [...code.matchAll(form)])
    .map(([, name = '']) => name)
    .filter(isParticiple);
}

it('reads every form of a function', () => {
  const text = `
    export async function* told(x: string): void {}
    const made = async (x: (y: number) => void): Promise<void> => x(1);
    const drawn: OnTree = (caller) => caller;
  readonly sent: (x: number) => void;
  #foundAt(x: number): string {
  async askedOf<T>(x: T, y: () => void): Promise<T>;
  // function lost()
    function heldStates() {}
    function succeed() {}
  lost(x: string): void;
    done(x);
  `;
  expect(listParticiples(text).sort()).toEqual(
    ['told', 'made', 'drawn', 'sent', 'foundAt', 'askedOf', 'lost'].sort(),
  );
});

it('no function is named by a participle', () => {
  const found = sources.flatMap(({ path, text }) =>
    listParticiples(text).map((name) => `${path}: ${name}`),
  );
  expect(found.filter((one) => !ALLOWED.has(one) && !GIVEN.test(one))).toEqual([]);
});

it('no name of a type is declared in more than three files of src', () => {
  const files = new Map<string, Set<string>>();
  for (const { path, text } of sources) {
    // Not the names of the API, as its document has them.
    if (!path.startsWith('src/') || path.endsWith('.generated.ts')) continue;
    for (const [, name = ''] of text.matchAll(
      /^(?:export )?(?:abstract )?(?:interface|type|class) (\w+)/gm,
    )) {
      files.set(name, (files.get(name) ?? new Set()).add(path));
    }
  }
  const many = [...files].filter(([, paths]) => paths.size > 3);
  expect(many.map(([name, paths]) => `${name}: ${[...paths].join(', ')}`)).toEqual([]);
});
