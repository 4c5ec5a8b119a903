// Programs that the documentation shows: tests run them as they stand there.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.ts';

/** The first block of code in a language on a page. */
export function codeIn(page: string, language: string): string {
  const text = readFileSync(join(root, page), 'utf8');
  const code = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(text)?.[1];
  if (code === undefined) throw new Error(`${page} shows no ${language}`);
  return code;
}
