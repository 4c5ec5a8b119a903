// TypeScript of the API's document: a type for each schema, what each operation takes and answers, and a
// table by which the client sends them (src/client/ledger-client.ts). The build makes it of openapi.yaml.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * @typedef {{
 *   $ref?: string, type?: string | string[], const?: unknown, enum?: unknown[], anyOf?: Schema[],
 *   oneOf?: Schema[], items?: Schema, properties?: Record<string, Schema>, required?: string[],
 *   additionalProperties?: boolean | Schema, contentSchema?: Schema, description?: string,
 * }} Schema
 * @typedef {Record<string, { schema: Schema }>} Content
 * @typedef {{
 *   $ref?: string, name: string, in: 'path' | 'query' | 'header', required?: boolean, schema: Schema,
 *   description?: string,
 * }} Parameter
 * @typedef {{
 *   operationId: string, summary: string, parameters?: Parameter[],
 *   requestBody?: { content: Content }, responses: Record<string, { content?: Content }>,
 * }} Operation
 * @typedef {{
 *   paths: Record<string, Record<string, Operation>>,
 *   components: { schemas: Record<string, Schema>, parameters: Record<string, Parameter> },
 * }} ApiDocument
 * @typedef {'json' | 'messages' | 'lines' | 'text' | 'none'} Form how an answer is read
 */

const JSON_TYPE = 'application/json';
const NDJSON = 'application/x-ndjson';
/** @type {Readonly<Record<string, Form>>} */
const FORMS = {
  [JSON_TYPE]: 'json',
  'text/event-stream': 'messages',
  [NDJSON]: 'lines',
};

/**
 * Writes the generated file, unless it says the same already: the build looks at its time.
 *
 * @param {URL} document openapi.yaml
 * @param {URL} file
 */
export function writeTypedClient(document, file) {
  const text = typedClient(parse(readFileSync(document, 'utf8')));
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/**
 * The text of the generated file.
 *
 * @param {ApiDocument} document
 */
export function typedClient({ paths, components }) {
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
    /** @param {string} where */
    const at = (where) => parameters.filter((each) => each.in === where);
    /** @param {string} where */
    const names = (where) => JSON.stringify(at(where).map(({ name }) => name));
    const [type] = Object.keys(requestBody?.content ?? {});
    const body = type === undefined ? '' : `, body: '${type}'`;
    return (
      `  ${operationId}: { method: '${method.toUpperCase()}', path: '${path}', ` +
      `query: ${names('query')}, headers: ${names('header')}, form: '${formOf(one)}'${body} },\n`
    );
  });
  return [
    '// Made of openapi.yaml by the build (scripts/typed-client.js): do not edit.\n\n',
    ...schemas,
    '\n/** All operations; each throws `ServiceRefusal`, or what the network says. */\n',
    `export interface LedgerOperations {\n${methods.join('')}}\n\n`,
    `export const OPERATIONS = {\n${table.join('')}} as const;\n`,
  ].join('');
}

/** @param {{ $ref?: string }} of */
function nameOf({ $ref = '' }) {
  return $ref.split('/').at(-1) ?? '';
}

/**
 * What is said of something, above it.
 *
 * @param {string | undefined} text
 * @param {string} indent
 */
function comment(text, indent) {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`;
}

/** @param {Schema} schema @returns {string} */
function typeOf(schema) {
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

/** @param {Schema} schema */
function objectOf({ properties, required = [], additionalProperties }) {
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

/** @param {string} name */
function keyOf(name) {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}

/** @param {Parameter} parameter */
function parameterField({ name, required, schema, description }) {
  const { type, items } = schema;
  // A position or an id may be given as a number, wherever a text is wanted.
  const one = typeOf(items ?? schema);
  const value = one === 'string' || one.startsWith('string |') ? `${one} | number` : one;
  const several = type === 'array' ? ` | readonly (${value})[]` : '';
  const key = `${keyOf(name)}${required ? '' : '?'}`;
  return `${comment(description, '    ')}    readonly ${key}: ${value}${several};\n`;
}

/** @param {Operation} operation */
function bodyField({ requestBody }) {
  if (requestBody === undefined) return [];
  const schema = requestBody.content[JSON_TYPE]?.schema;
  return [`    readonly body: ${schema === undefined ? 'string | Uint8Array' : typeOf(schema)};\n`];
}

/** @param {Operation} operation @returns {Content} */
function contentOf({ responses }) {
  const done = Object.entries(responses).find(([status]) => status.startsWith('2'));
  return done?.[1].content ?? {};
}

/** @param {Operation} operation @returns {Form} */
function formOf(operation) {
  const types = Object.keys(contentOf(operation));
  if (types.includes(JSON_TYPE)) return 'json';
  const [type, ...others] = types;
  return type === undefined ? 'none' : (others.length === 0 && FORMS[type]) || 'text';
}

/**
 * @param {Operation & { hasForms: boolean }} operation `hasForms`: it can answer in others than JSON of
 *   the API's own schemas
 */
function answerOf(operation) {
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
