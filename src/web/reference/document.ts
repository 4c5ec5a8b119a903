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

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

type DescribedAnswer = Content & { readonly description: string };

/** Something, or where the document has it. */
type Here<T> = T | { readonly $ref: string };

interface OperationParts<P, A> {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly P[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, A>>;
  readonly 'x-access'?: { readonly role: string };
}

export interface DescribedOperation extends OperationParts<Parameter, DescribedAnswer> {
  readonly method: string;
  readonly path: string;
}

type Written = OperationParts<Here<Parameter>, Here<DescribedAnswer>>;

export interface Document {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Written>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** All operations, in the document's order, with what they refer to in its place. */
export function operationsOf(document: Document): DescribedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters, responses, ...told }]) => ({
      ...{ ...told, method, path },
      parameters: (parameters ?? []).map((one) => inPlace<Parameter>(document, one)),
      responses: Object.fromEntries(
        Object.entries(responses).map(([status, one]) => [
          status,
          inPlace<DescribedAnswer>(document, one),
        ]),
      ),
    })),
  );
}

/** What a reference means, or the thing itself. */
function inPlace<T extends object>(document: Document, one: Here<T>): T {
  const found = '$ref' in one ? findReferred(document, one.$ref) : one;
  return (found ?? {}) as T;
}

function findReferred({ components }: Document, ref: string): unknown {
  const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(.+)$/.exec(ref) ?? [];
  return components[kind]?.[name];
}

/** The schema that a reference means, with its name. */
export function resolve(
  document: Document,
  schema: Schema,
): { readonly schema: Schema; readonly name?: string } {
  const { $ref } = schema;
  const found = $ref === undefined ? undefined : findReferred(document, $ref);
  if ($ref === undefined || found === undefined) return { schema };
  return { schema: found as Schema, name: $ref.slice($ref.lastIndexOf('/') + 1) };
}
