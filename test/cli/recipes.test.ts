// The recipes are true: what stands under `$` is run against a service with the demo and prints what
// the recipe shows; of every other command of ours, the name and the options exist.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLine } from '../../src/cli/command-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { bpfledger, root, type Serving, serving } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { findTyped, patternOf, wordsOf } from '../support/shown.ts';

const PATIENCE = { timeout: 300_000 };
const FOLDER = join(root, 'docs/recipes');

interface Block {
  readonly language: string;
  /** What the block needs beside Node. */
  readonly need: string | undefined;
  readonly text: string;
}

const recipes = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)(?: (\w+))?\n(.*?)^```$/gms)].map(
    ([, language = '', need, block = '']): Block => ({ language, need, text: block }),
  );
  return { name, text, blocks };
});

let service: Serving;
let config: string;
beforeAll(async () => {
  config = mkdtempSync(join(tmpdir(), 'bpfledger-recipes-'));
  service = await serving(['--ephemeral', '--demo']);
}, 120_000);
afterAll(async () => {
  await service?.end('SIGTERM');
  rmSync(config, { recursive: true, force: true });
});

describe.each(recipes)('$name', ({ blocks }) => {
  it.each(blocks.filter(({ language }) => language === 'console'))(
    'shows what is printed: $text',
    PATIENCE,
    async ({ need, text: block }) => {
      if (need !== undefined && !needs(need as Parameters<typeof needs>[0]).ok) return;
      for (const { typed, shown } of findTyped(block)) {
        const [npx, name, ...words] = wordsOf(typed);
        expect([npx, name]).toEqual(['npx', 'bpfledger']);
        const env = { BPFLEDGER_URL: service.url, XDG_CONFIG_HOME: config };
        const { code, out, err } = await bpfledger(words, { env });
        expect(out.trimEnd(), err).toMatch(patternOf(shown));
        expect(code, err).toBeLessThan(2);
      }
    },
  );

  it('names commands and options that there are', async () => {
    const lines = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text: block }) => block.split('\n'));
    for (const line of lines) {
      const [, typed] = /(?:^|\s)bpfledger ([a-z].*)$/u.exec(line) ?? [];
      if (typed === undefined) continue;
      const [name = '', ...args] = wordsOf(typed);
      const command = await COMMANDS[name]?.load();
      expect(command, line).toBeDefined();
      if (command !== undefined) readLine(name, command, args);
    }
  });

  it('runs its JavaScript', () => {
    for (const { text: code } of blocks.filter(({ language }) => language === 'js')) {
      const words = ['--input-type=module', '--eval', code];
      expect(execFileSync(process.execPath, words, { cwd: root, encoding: 'utf8' })).toBe('');
    }
  });
});
