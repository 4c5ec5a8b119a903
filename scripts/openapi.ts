// Writes openapi.yaml from the routes. `npm run openapi` after a change of the API; a test compares
// the checked-in file byte for byte.
import { writeFileSync } from 'node:fs';
import { openapiYaml } from '../src/api/openapi.ts';

const file = new URL('../openapi.yaml', import.meta.url);
writeFileSync(file, openapiYaml());
