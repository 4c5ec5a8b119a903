// TypeScript of the API's document: a type for each schema, what each operation takes and answers, and a
// table by which the client sends them (src/client/ledger-client.ts). `npm run openapi` writes it.

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly contentSchema?: Schema;
  readonly description?: string;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
  readonly description?: string;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
  };
}

/** How an answer is read. */
type Form = 'json' | 'messages' | 'lines' | 'text' | 'none';

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
const FORMS: Readonly<Record<string, Form>> = {
  [JSON_TYPE]: 'json',
  'text/event-stream': 'messages',
  [NDJSON]: 'lines',
};

/** The text of the generated file. */
export function typedClient({ paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      ...{ path, method, ...one },
      hasForms: one.parameters?.some((each) => /^Format\d*$/.test(nameOf(each))) ?? false,
      parameters: (one.parameters ?? [])
        .map((each) => components.parameters[nameOf(each)] ?? each)
        // The client asks for JSON wherever there is JSON.
        .filter(({ name }) => name !== 'format' || formOf(one) === 'text'),
    })),
  );
  const schemas = Object.entries(components.schemas).map(
    ([id, schema]) => `${comment(schema.description, '')}export type ${id} = ${typeOf(schema)};\n`,
  );
  const methods = operations.map((one) => {
    const fields = [...one.parameters.map(parameterField), ...bodyField(one)];
    const isNeeded = one.parameters.some(({ required }) => required) || one.requestBody;
    const given =
      fields.length === 0 ? '' : `given${isNeeded ? '' : '?'}: {\n${fields.join('')}  }`;
    return `${comment(one.summary, '  ')}  ${one.operationId}(${given}): ${answerOf(one)};\n`;
  });
  const table = operations.map((one) => {
    const { operationId, method, path, parameters, requestBody } = one;
    const at = (where: string) => parameters.filter((each) => each.in === where);
    const names = (where: string) => JSON.stringify(at(where).map(({ name }) => name));
    const [type] = Object.keys(requestBody?.content ?? {});
    const body = type === undefined ? '' : `, body: '${type}'`;
    return (
      `  ${operationId}: { method: '${method.toUpperCase()}', path: '${path}', ` +
      `query: ${names('query')}, headers: ${names('header')}, form: '${formOf(one)}'${body} },\n`
    );
  });
  return [
    '// Generated of openapi.yaml by `npm run openapi`: do not edit.\n\n',
    ...schemas,
    '\n/** All operations; each throws `ServiceRefusal`, or what the network says. */\n',
    `export interface LedgerOperations {\n${methods.join('')}}\n\n`,
    `export const OPERATIONS = {\n${table.join('')}} as const;\n`,
  ].join('');
}

function nameOf({ $ref = '' }: { readonly $ref?: string }): string {
  return $ref.split('/').at(-1) ?? '';
}

/** What is said of something, above it. */
function comment(text: string | undefined, indent: string): string {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`;
}

function typeOf(schema: Schema): string {
  const { $ref, const: constant, enum: words, anyOf, oneOf, type, items, contentSchema } = schema;
  if ($ref !== undefined) return nameOf(schema);
  if (contentSchema !== undefined) return typeOf(contentSchema);
  if (constant !== undefined) return JSON.stringify(constant);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ');
  const options = anyOf ?? oneOf;
  if (options !== undefined) return [...new Set(options.map(typeOf))].join(' | ');
  if (typeof type === 'object')
    return type.map((one) => typeOf({ ...schema, type: one })).join(' | ');
  switch (type) {
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'array':
      return `readonly (${typeOf(items ?? {})})[]`;
    case 'object':
      return objectOf(schema);
    default:
      return 'unknown';
  }
}

function objectOf({ properties, required = [], additionalProperties }: Schema): string {
  if (properties === undefined) {
    const value =
      typeof additionalProperties === 'object' ? typeOf(additionalProperties) : 'unknown';
    return `{ readonly [key: string]: ${value} }`;
  }
  const fields = Object.entries(properties).map(([name, field]) => {
    const optional = required.includes(name) ? '' : '?';
    return `${comment(field.description, '  ')}  readonly ${keyOf(name)}${optional}: ${typeOf(field)};\n`;
  });
  return `{\n${fields.join('')}}`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}

function parameterField({ name, required, schema, description }: Parameter): string {
  const { type, items } = schema;
  // A position or an id may be given as a number, wherever a text is wanted.
  const one = typeOf(items ?? schema);
  const value = one === 'string' || one.startsWith('string |') ? `${one} | number` : one;
  const several = type === 'array' ? ` | readonly (${value})[]` : '';
  const key = `${keyOf(name)}${required ? '' : '?'}`;
  return `${comment(description, '    ')}    readonly ${key}: ${value}${several};\n`;
}

function bodyField({ requestBody }: Operation): string[] {
  if (requestBody === undefined) return [];
  const schema = requestBody.content[JSON_TYPE]?.schema;
  return [`    readonly body: ${schema === undefined ? 'string | Uint8Array' : typeOf(schema)};\n`];
}

function contentOf({ responses }: Operation): Content {
  const done = Object.entries(responses).find(([status]) => status.startsWith('2'));
  return done?.[1].content ?? {};
}

function formOf(operation: Operation): Form {
  const types = Object.keys(contentOf(operation));
  if (types.includes(JSON_TYPE)) return 'json';
  const [type, ...others] = types;
  return type === undefined ? 'none' : (others.length === 0 && FORMS[type]) || 'text';
}

/** @param operation `hasForms`: it can answer in others than JSON of the API's own schemas */
function answerOf(operation: Operation & { readonly hasForms: boolean }): string {
  const content = contentOf(operation);
  const [schema = {}] = Object.values(content).map((each) => each.schema);
  switch (formOf(operation)) {
    case 'json': {
      const { schema: whole = {} } = content[JSON_TYPE] ?? {};
      return `Promise<${typeOf((operation.hasForms && whole.anyOf?.[0]) || whole)}>`;
    }
    case 'messages':
    case 'lines':
      return `AsyncGenerator<${typeOf(schema)}>`;
    case 'text':
      return 'AsyncGenerator<string>';
    default:
      return 'Promise<void>';
  }
}
