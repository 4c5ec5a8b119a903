/** What the reference reads of an OpenAPI document. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly default?: unknown;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Told {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
  readonly 'x-access'?: { readonly role: string };
}

export interface Operation extends Told {
  readonly method: string;
  readonly path: string;
}

export interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Told>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> } & Readonly<
    Record<string, Readonly<Record<string, object>>>
  >;
}

/** All operations, in the document's order, with what they share. */
export function operationsOf({ paths, components }: Document): Operation[] {
  function meant<T extends object>(part: T): T {
    const [, kind = '', name = ''] =
      /^#\/components\/(\w+)\/(\w+)$/.exec((part as { $ref?: string }).$ref ?? '') ?? [];
    return (components[kind]?.[name] ?? part) as T;
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, told]) => ({
      ...told,
      ...(told.parameters && { parameters: told.parameters.map(meant) }),
      responses: Object.fromEntries(
        Object.entries(told.responses).map(([status, answer]) => [status, meant(answer)]),
      ),
      method,
      path,
    })),
  );
}

/** The schema that a reference means, with its name. */
export function resolved(
  { components }: Document,
  schema: Schema,
): { readonly schema: Schema; readonly name?: string } {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  const found = name === undefined ? undefined : components.schemas[name];
  return found === undefined || name === undefined ? { schema } : { schema: found, name };
}
