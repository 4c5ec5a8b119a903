/**
 * Each field of the document says what it is: by its own schema, by the schema that it refers to, or by
 * the meaning that its name has everywhere.
 */
import { SWITCH_SPECS } from '../../domain/release/boundaries.ts';
import { FIELD_MEANINGS } from './field-meanings.ts';
import { MEANINGS_IN } from './meanings-in-schemas.ts';
import { mapOperations, type Paths, type Schema } from './open-api.ts';
import { PARAMETER_MEANINGS } from './parameter-meanings.ts';

type SchemaFields = Readonly<Record<string, Schema>>;

const REFERENCE = '#/components/schemas/';
const SWITCHES: Readonly<Record<string, { readonly meaning: string }>> = SWITCH_SPECS;

/** Schemas, by name, with a description for each field whose name has a meaning. */
export function describeFields(schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  function meaningOf(name: string, schema: string): string | undefined {
    const ofSwitch = schema === 'Switches' ? SWITCHES[name]?.meaning : undefined;
    return ofSwitch ?? MEANINGS_IN[`${schema}.${name}`] ?? FIELD_MEANINGS[name];
  }
  function describeField(field: Schema, name: string, schema: string): Schema {
    const { $ref } = field;
    const referred = typeof $ref === 'string' ? schemas[$ref.slice(REFERENCE.length)] : undefined;
    if ((field.description ?? referred?.description) !== undefined) return field;
    const meaning = meaningOf(name, schema);
    return meaning === undefined ? field : { ...field, description: meaning };
  }
  function visit(value: unknown, schema: string): unknown {
    if (Array.isArray(value)) return value.map((one) => visit(one, schema));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        key,
        key === 'properties'
          ? Object.fromEntries(
              Object.entries(part as SchemaFields).map(([name, field]) => [
                name,
                visit(describeField(field, name, schema), schema),
              ]),
            )
          : visit(part, schema),
      ]),
    );
  }
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, visit(schema, id) as Schema]),
  );
}

/** Paths whose parameters have descriptions, where the name has a meaning. */
export function describeParameters(paths: Paths): Paths {
  return mapOperations(paths, (operation) => ({
    ...operation,
    ...(operation.parameters && {
      parameters: operation.parameters.map((one) => {
        const description = one.description ?? PARAMETER_MEANINGS[one.name ?? ''];
        return description === undefined ? one : { ...one, description };
      }),
    }),
  }));
}
