/**
 * What is wrong with an event that others recorded. A sound one is passed by functions that zod writes,
 * one for each kind of call and effect, when the first of the kind comes
 * (docs/performance.md#a-function-of-ten-thousand-lines).
 */
import { z } from 'zod';
import { compileWhenNeeded } from './compile-when-needed.ts';
import { recordedEffect } from './effect-schema.ts';
import { type changeSchema, type eventSchema, recordedCalls } from './event-schema.ts';

/** What is wrong with a value, as `field: message`; undefined when nothing is. */
export type FaultFinder = (value: unknown) => string | undefined;

/** @param schema what a sound value is; it alone says what is wrong with another one */
export function faultFinder(schema: typeof changeSchema | typeof eventSchema): FaultFinder {
  const others = { call: z.unknown(), effects: z.array(z.unknown()) };
  const around = compileWhenNeeded(schema.extend(others));
  const isCall = passer('name', recordedCalls);
  const isEffect = passer('type', recordedEffect);
  return (value) => {
    if (around().validate(value) && isCall(value.call) && value.effects.every(isEffect)) {
      return undefined;
    }
    return firstFault(schema, value);
  };
}

/** Says whether a value fits one of the objects of a union; they are told apart by `field`. */
function passer(field: string, union: z.ZodType): (value: unknown) => boolean {
  const kinds = new Map<unknown, z.ZodType[]>();
  for (const schema of members(union)) {
    for (const kind of schema._zod.propValues?.[field] ?? []) {
      kinds.set(kind, [...(kinds.get(kind) ?? []), schema]);
    }
  }
  const compiled = new Map<unknown, z.ZodType>();
  return (value) => {
    const kind = (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
    const known = compiled.get(kind);
    if (known !== undefined) return known.validate(value);
    const schemas = kinds.get(kind);
    if (schemas === undefined) return false;
    const schema = z.compile(z.union(schemas), { strict: true });
    compiled.set(kind, schema);
    return schema.validate(value);
  };
}

function members(schema: z.ZodType): z.ZodType[] {
  return schema instanceof z.ZodUnion ? (schema.options as z.ZodType[]).flatMap(members) : [schema];
}

function firstFault(schema: z.ZodType, value: unknown): string | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  if (issue === undefined) return 'it is malformed';
  const { path, message } = deepest(issue);
  return `${path.join('.') || 'it'}: ${message}`;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly errors?: readonly (readonly Issue[])[];
}

/** For a union, the issue of the variant that fits best: the deepest issue. */
function deepest(issue: Issue): Issue {
  const nested = (issue.errors ?? []).flatMap((errors) => errors.slice(0, 1).map(deepest));
  const [first, ...rest] = nested;
  if (first === undefined) return issue;
  const best = rest.reduce(
    (one, other) => (other.path.length > one.path.length ? other : one),
    first,
  );
  return { path: [...issue.path, ...best.path], message: best.message };
}
