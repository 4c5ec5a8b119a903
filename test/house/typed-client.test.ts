// The types of the client are those of the document.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { typedClient } from '../../scripts/typed-client.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

it('operations.generated.ts is up to date (node scripts/build.js writes it)', () => {
  const document = parse(read('openapi.yaml'));
  expect(read('src/client/operations.generated.ts') === typedClient(document)).toBe(true);
});
