/**
 * Answers are open: a later version may answer more fields, so a client must not break at one that it does not
 * know. Requests are closed: an unknown field is refused. A schema that requests have too stays closed.
 */
import type { DocumentOperation, Paths, Schema } from './open-api.ts';

const REFERENCE = '#/components/schemas/';

/** Schemas with those open that no request reaches. */
export function openAnswers(
  schemas: Readonly<Record<string, Schema>>,
  paths: Paths,
): Record<string, Schema> {
  const asked = new Set<string>();
  function reach(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, field] of Object.entries(value)) {
      if (key === '$ref' && typeof field === 'string') {
        const id = field.slice(REFERENCE.length);
        if (asked.has(id)) continue;
        asked.add(id);
        reach(schemas[id]);
      } else reach(field);
    }
  }
  for (const { parameters, requestBody } of operationsOf(paths)) reach({ parameters, requestBody });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [
      id,
      asked.has(id) ? schema : openSchema(schema),
    ]),
  ) as Record<string, Schema>;
}

function operationsOf(paths: Paths): DocumentOperation[] {
  return Object.values(paths).flatMap((methods) => Object.values(methods));
}

function openSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(openSchema);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) =>
      key === 'additionalProperties' && field === false ? [] : [[key, openSchema(field)]],
    ),
  );
}
