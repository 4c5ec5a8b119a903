// The checked-in document is what the routes say, and it is a valid one.

import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { FIELD_MEANINGS } from './document/field-meanings.ts';
import { MEANINGS_IN } from './document/meanings-in-schemas.ts';
import { openapiYaml } from './openapi.ts';

const text = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8');
/** Parsed once: that takes half a second. */
const document = parse(text) as { readonly openapi: string };

it('openapi.yaml is up to date (npm run openapi writes it)', () => {
  expect(text === openapiYaml()).toBe(true);
});

it('openapi.yaml is a valid OpenAPI 3.1 document', async () => {
  expect(document.openapi).toBe('3.1.0');
  expect(await new Validator().validate(document)).toEqual({ valid: true });
});

it('every reference of the document leads somewhere', () => {
  const { components } = document as unknown as {
    components: { schemas: Record<string, unknown> };
  };
  const refs = new Set(
    [...text.matchAll(/\$ref: "#\/components\/schemas\/(\w+)"/g)].map(([, id]) => id),
  );
  expect([...refs].filter((id) => id === undefined || !(id in components.schemas))).toEqual([]);
});

it('every body of the document is one of its components, whose own conversion knows what is optional', () => {
  const { paths } = document as unknown as Document;
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const inline = operations.flatMap(({ operationId, responses, requestBody }) =>
    [...Object.values(responses), requestBody]
      .flatMap((body) => Object.values(body?.content ?? {}))
      .filter(({ schema }) => !isReference(schema))
      .map(() => operationId),
  );
  expect(inline).toEqual([]);
});

it('every field of the document is described (src/api/document/field-meanings.ts)', () => {
  const { components } = document as unknown as Document;
  const silent: string[] = [];
  const visit = (value: unknown, schema: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, part] of Object.entries(value as Schema)) {
      if (key === 'properties') {
        for (const [name, field] of Object.entries(part as Readonly<Record<string, Schema>>)) {
          const referred = components.schemas[field.$ref?.split('/').at(-1) ?? ''];
          if ((field.description ?? referred?.description) === undefined) {
            silent.push(`${schema}.${name}`);
          }
        }
      }
      visit(part, schema);
    }
  };
  for (const [id, schema] of Object.entries(components.schemas)) visit(schema, id);
  expect(silent).toEqual([]);
});

it('every meaning of a field is of a field that there is', () => {
  const { components } = document as unknown as Document;
  const said = unbroken(text);
  const isSaid = (meaning: string) => said.includes(unbroken(meaning));
  expect(Object.values(FIELD_MEANINGS).filter((meaning) => !isSaid(meaning))).toEqual([]);
  const [schemas, fields] = [0, 1].map((part) =>
    Object.keys(MEANINGS_IN).map((place) => place.split('.')[part] ?? ''),
  );
  expect(schemas?.filter((id) => !(id in components.schemas))).toEqual([]);
  expect(fields?.filter((name) => !text.includes(`${name}:`))).toEqual([]);
});

/** A text without what a break of a long line adds. */
function unbroken(text: string): string {
  return text.replaceAll(/[\s"\\]+/g, '');
}

interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Body {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface TestedOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Body>>;
  readonly requestBody?: Body;
}

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, TestedOperation>>>>;
}

function isReference({ $ref, type, items, anyOf }: Schema): boolean {
  if ($ref !== undefined || type === 'string') return true;
  return items === undefined
    ? (anyOf ?? []).every(isReference) && anyOf !== undefined
    : isReference(items);
}
