/**
 * Choices by a discriminator, as generators of clients want them: each option is a schema of its own
 * name, `CallMkdir`, and the discriminator says which value means which.
 */
import { pascal, type Schema } from './open-api.ts';

interface Choice {
  readonly discriminator: { readonly propertyName: string };
  readonly oneOf: readonly Schema[];
}

function isChoice(value: object): value is Choice {
  return 'discriminator' in value && 'oneOf' in value;
}

/** Schemas by name, with the options of their choices beside them. */
export function nameOptions(schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  const named: Record<string, Schema> = {};
  function visit(value: unknown, name: string): unknown {
    if (Array.isArray(value)) return value.map((one) => visit(one, name));
    if (typeof value !== 'object' || value === null) return value;
    if (isChoice(value)) return choice(value, name);
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => {
        const isProperty = !['properties', 'items', 'anyOf', 'oneOf', 'allOf'].includes(key);
        return [key, visit(field, isProperty ? name + pascal(key) : name)];
      }),
    );
  }
  function choice({ discriminator, oneOf, ...rest }: Choice, name: string): Schema {
    const { propertyName } = discriminator;
    const mapping: Record<string, string> = {};
    const options = oneOf.map((option) => {
      const values = valuesOf(option, propertyName);
      const [first] = values;
      if (first === undefined) return visit(option, name);
      const own = `${name}${pascal(first)}`;
      if (own in schemas || own in named) throw new Error(`two schemas would be named ${own}`);
      named[own] = visit(option, own) as Schema;
      const $ref = `#/components/schemas/${own}`;
      for (const value of values) mapping[value] = $ref;
      return { $ref };
    });
    return { ...rest, oneOf: options, discriminator: { propertyName, mapping } };
  }
  const whole = Object.entries(schemas).map(([id, schema]) => [id, visit(schema, id)] as const);
  return { ...Object.fromEntries(whole), ...named } as Record<string, Schema>;
}

/** The values of the discriminator that an option is for. */
function valuesOf(option: Schema, propertyName: string): readonly string[] {
  const properties = option.properties as Readonly<Record<string, Schema>> | undefined;
  const { const: constant, enum: words } = properties?.[propertyName] ?? {};
  return typeof constant === 'string' ? [constant] : ((words as string[] | undefined) ?? []);
}
