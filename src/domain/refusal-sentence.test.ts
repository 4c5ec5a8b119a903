import { describe, expect, it } from 'vitest';
import type { FileKind } from './effect.ts';
import type { Mode } from './flags.ts';
import { MAP_TYPE_NAMES } from './map-type.ts';
import { PROG_TYPE_NAMES } from './prog-type.ts';
import { refusalSentence } from './refusal-sentence.ts';
import { RULES, type RuleName } from './rules.ts';

const KINDS: Readonly<Record<FileKind, string>> = {
  prog: 'a program',
  link: 'a link',
  map: 'a map',
  cgroup: 'a cgroup directory',
  btf: 'a btf',
  token: 'a token',
  other: 'a file of another kind',
};

const MODES: Readonly<Record<Mode, string>> = {
  none: 'exclusive entries',
  override: 'override entries',
  multi: 'multi entries',
};

/** Names that are read with the sound of a vowel first. */
const AFTER_AN = new Set(
  `unspec array array_of_maps inode_storage arena ext xdp xskmap lpm_trie lru_hash lru_percpu_hash
  lsm lwt_in lwt_out lwt_xmit lwt_seg6local`.split(/\s+/),
);

/** The rules whose sentence has an article before a field. */
function rulesWith(field: string): RuleName[] {
  const names = Object.keys(RULES) as RuleName[];
  return names.filter((name) => RULES[name].sentence.includes(`a {${field}}`));
}

function say(rule: RuleName, about: Readonly<Record<string, string | number>>): string {
  return refusalSentence({ errno: 'EINVAL', rule, about });
}

it('fd 3 is a file of another kind, and not "a other"', () => {
  expect(say('target-fd-is-no-cgroup', { fd: 3, kind: 'other' })).toBe(
    'the target fd 3 is a file of another kind, not a cgroup v2 directory',
  );
});

describe.each(Object.entries(KINDS))('an fd that is open on: %s', (kind, words) => {
  it.each(rulesWith('kind'))('has its article in %s', (rule) => {
    expect(say(rule, { fd: 3, kind })).toContain(` ${words}`);
  });
});

it.each([
  ['prog_type', PROG_TYPE_NAMES, 5],
  ['map_type', MAP_TYPE_NAMES, 5],
] as const)('each %s has its article in each sentence', (field, types, rulesMin) => {
  const rules = rulesWith(field);
  expect(rules.length).toBeGreaterThan(rulesMin);
  for (const rule of rules) {
    for (const type of types) {
      const article = AFTER_AN.has(type) ? 'an' : 'a';
      expect(say(rule, { [field]: type })).toMatch(new RegExp(`(?:^| )${article} ${type}\\b`));
    }
  }
});

it.each(Object.entries(MODES))('a list of mode %s already holds %s', (mode, words) => {
  const about = { cgroup: '/a', attach_type: 'cgroup_device' };
  for (const requested of Object.keys(MODES)) {
    const sentence = say('list-mode-differs', { ...about, mode, requested });
    expect(sentence).toContain(`/a already holds ${words} for cgroup_device; `);
    expect(sentence).not.toMatch(/\bnone\b/);
  }
});
