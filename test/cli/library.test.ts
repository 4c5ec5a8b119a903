// The doors of the package, as docs/library.md shows them: its examples run against the build.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../support/command.ts';

const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
const examples = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code = '']) => code);

/** A module of its own in the checkout, where the package finds itself by its name. */
const run = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    encoding: 'utf8',
  });

describe('the library', () => {
  it.each(['bpfledger/testing', 'bpfledger/model'])('runs the example of %s', (door) => {
    const example = examples.find((code) => code.includes(`from '${door}'`));
    expect(run(example ?? 'throw new Error("no example")')).toBe('');
  });
});
