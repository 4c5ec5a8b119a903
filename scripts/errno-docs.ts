// Writes docs/errno from the precedence tables; test/spec/precedence checks that nothing drifted.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pages } from '../test/spec/precedence/document.ts';

const folder = fileURLToPath(new URL('../docs/errno', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const { file, text } of pages()) writeFileSync(join(folder, file), text);
