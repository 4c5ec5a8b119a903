// Writes openapi.yaml from the routes, and the types of the client from it. `npm run openapi` after a change
// of the API; tests compare the checked-in files byte for byte.
import { writeFileSync } from 'node:fs';
import { parse } from 'yaml';
import { openapiYaml } from '../src/api/openapi.ts';
import { type ApiDocument, typedClient } from './typed-client.ts';

const root = new URL('..', import.meta.url);
const yaml = openapiYaml();
writeFileSync(new URL('openapi.yaml', root), yaml);
const client = typedClient(parse(yaml) as ApiDocument);
writeFileSync(new URL('src/client/operations.generated.ts', root), client);
