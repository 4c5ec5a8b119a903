// Writes openapi.yaml from the routes, and the types of the client from it. `npm run openapi` after a change
// of the API; a test compares the checked-in file byte for byte.
import { writeFileSync } from 'node:fs';
import { openapiYaml } from '../src/api/openapi.ts';
import { writeTypedClient } from './typed-client.js';

const root = new URL('..', import.meta.url);
const document = new URL('openapi.yaml', root);
writeFileSync(document, openapiYaml());
writeTypedClient(document, new URL('src/client/operations.generated.ts', root));
