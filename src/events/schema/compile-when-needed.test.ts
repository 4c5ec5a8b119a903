import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';

/** The schemas whose functions were made. */
const made: unknown[] = [];
vi.mock('zod', async (original) => {
  const actual = await original<typeof import('zod')>();
  const compile: typeof z.compile = (schema, ...options) => {
    made.push(schema);
    return actual.z.compile(schema, ...options);
  };
  return { ...actual, z: { ...actual.z, compile } };
});

beforeEach(() => vi.resetModules());
afterEach(() => {
  made.length = 0;
});

it('makes the function of a schema when it is needed, once', async () => {
  const { compileWhenNeeded } = await import('./compile-when-needed.ts');
  const schema = z.strictObject({ a: z.int() });
  const given = compileWhenNeeded(schema);
  expect(made).toEqual([]);
  expect(given().safeParse({ a: 1 }).success).toBe(true);
  expect(given().safeParse({ a: 1, b: 2 }).success).toBe(false);
  expect(made).toEqual([schema]);
});
