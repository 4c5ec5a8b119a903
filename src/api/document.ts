/**
 * The OpenAPI document. Paths come from the routes; the schemas' own conversion writes the
 * components, because it knows every kind of schema exactly.
 */
import { z } from 'zod';
import { describeFields, describeParameters } from './document/described-fields.ts';
import { withExample } from './document/examples.ts';
import { nameOptions } from './document/named-options.ts';
import { openAnswers } from './document/open-answers.ts';
import { mapOperations, type Paths, type Schema } from './document/open-api.ts';
import { shareParts } from './document/shared-parts.ts';
import { tagOf, tags } from './document/tags.ts';
import type { App } from './routing.ts';

interface DocumentDraft {
  readonly paths: Paths;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

const SERVERS = [
  { url: '/', description: 'The service that answers this document.' },
  { url: 'http://127.0.0.1:8080', description: 'What `npm start` listens on.' },
];

const INFO = {
  title: 'bpfledger',
  version: '1',
  description:
    'An event-sourced ledger of cgroup-BPF: each syscall, what the kernel answered, and the ' +
    'effects, in one gapless log for each host. A refusal by the kernel is an outcome (200, with ' +
    'an errno); a refusal by the service is a problem document (docs/problems.md).',
  license: { name: 'MIT', identifier: 'MIT' },
};

/** JSON schemas of everything that has an id, by id. */
function components(): Record<string, unknown> {
  const { schemas } = z.toJSONSchema(z.globalRegistry, {
    io: 'input',
    uri: (id) => `#/components/schemas/${id}`,
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'union' && 'discriminator' in def) {
        Object.assign(jsonSchema, { discriminator: { propertyName: def.discriminator } });
      }
      // It is the type alone that is read-only: who makes a request does send the field.
      delete jsonSchema.readOnly;
      // Every whole number here is one that JSON carries exactly, so the bounds are left out.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => {
      const { $schema, $id, id: _id, ...rest } = schema as Record<string, unknown>;
      return [id, rest];
    }),
  );
}

/** The document of an app's routes, always in the same order. */
export function apiDocument(app: Pick<App, 'getOpenAPI31Document'>): object {
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: INFO,
  }) as unknown as DocumentDraft;
  const known = components();
  const used = Object.fromEntries(
    Object.keys(known)
      .sort()
      .map((id) => [id, known[id] as Schema]),
  );
  const tagged = mapOperations(describeParameters(document.paths), (operation, path) => ({
    tags: [tagOf(path)],
    ...operation,
    ...(operation.requestBody && {
      requestBody: {
        ...operation.requestBody,
        content: withExample(operation.operationId, operation.requestBody.content),
      },
    }),
  }));
  const { paths, ...parts } = shareParts(tagged);
  const schemas = nameOptions({ ...document.components?.schemas, ...used });
  return {
    ...document,
    servers: SERVERS,
    tags,
    paths,
    components: {
      ...document.components,
      schemas: describeFields(openAnswers(schemas, tagged)),
      ...parts,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
    security: [{}, { token: [] }],
  };
}
