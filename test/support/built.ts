// Global setup of the tests that run the command: builds it, unless it is newer than its sources.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export function setup(): void {
  const script = join(import.meta.dirname, '../../scripts/build.js');
  // What the compiler refuses goes to stdout; the tests' own output stays whole.
  execFileSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
}
