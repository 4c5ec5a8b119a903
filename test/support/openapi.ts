// The OpenAPI document with parameters, headers and answers in the place of what refers to them;
// references to schemas stay, for a validator to follow.

import { parse } from 'yaml';
import { openapiYaml } from '../../src/api/openapi.ts';

type Parts = Readonly<Record<string, Readonly<Record<string, object>>>>;

/** The document, in the shape that a test looks at. */
export function openapiDocument<T>(): T {
  const document = parse(openapiYaml()) as { readonly components: Parts };
  function inPlace(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(inPlace);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref } = value as { readonly $ref?: string };
    const [, kind = '', name = ''] =
      /^#\/components\/(parameters|headers|responses)\/(\w+)$/.exec($ref ?? '') ?? [];
    const part = document.components[kind]?.[name];
    if (part !== undefined) return inPlace(part);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inPlace(one)]));
  }
  return inPlace(document) as T;
}

/** A schema in which every object is closed: what nobody told is a fault. */
export function closeSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  const own = Object.fromEntries(
    Object.entries(schema).map(([key, one]) => [key, closeSchema(one)]),
  );
  const isObject = own.type === 'object' && 'properties' in own;
  return isObject ? { additionalProperties: false, ...own } : own;
}
