// The checked-in document is what the routes say, and it is a valid one.

import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { openapiYaml } from './openapi.ts';

const file = new URL('../../openapi.yaml', import.meta.url);

it('openapi.yaml is up to date (npm run openapi writes it)', () => {
  expect(readFileSync(file, 'utf8') === openapiYaml()).toBe(true);
});

it('openapi.yaml is a valid OpenAPI 3.1 document', async () => {
  const document = parse(readFileSync(file, 'utf8')) as { openapi: string };
  expect(document.openapi).toBe('3.1.0');
  expect(await new Validator().validate(document)).toEqual({ valid: true });
});

it('every reference of the document leads somewhere', () => {
  const text = readFileSync(file, 'utf8');
  const { components } = parse(text) as { components: { schemas: Record<string, unknown> } };
  const refs = new Set(
    [...text.matchAll(/\$ref: "#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id),
  );
  expect([...refs].filter((id) => id === undefined || !(id in components.schemas))).toEqual([]);
});

it('every body of the document is one of its components, whose own conversion knows what is optional', () => {
  const { paths } = parse(readFileSync(file, 'utf8')) as Document;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const inline = operations.flatMap(({ operationId, responses, requestBody }) =>
    [...Object.values(responses), requestBody]
      .flatMap((body) => Object.values(body?.content ?? {}))
      .filter(({ schema }) => !isReference(schema))
      .map(() => operationId),
  );
  expect(inline).toEqual([]);
});

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Body>>;
  readonly requestBody?: Body;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

function isReference({ $ref, type, items, anyOf }: Schema): boolean {
  if ($ref !== undefined || type === 'string') return true;
  return items === undefined
    ? (anyOf ?? []).every(isReference) && anyOf !== undefined
    : isReference(items);
}
