/** The parts of an OpenAPI document that are looked at here; what else it has stays as it is. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Part {
  readonly $ref?: string;
  readonly [field: string]: unknown;
}

export interface Parameter extends Part {
  readonly name?: string;
  readonly in?: string;
}

export interface DocumentAnswer extends Part {
  readonly headers?: Readonly<Record<string, Part>>;
}

export interface RequestBody extends Part {
  readonly content: Readonly<Record<string, object>>;
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  readonly responses: Readonly<Record<string, DocumentAnswer>>;
  readonly [field: string]: unknown;
}

export type Paths = Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;

/** Paths with each operation made anew. */
export function mapOperations(
  paths: Paths,
  make: (operation: DocumentOperation, path: string, method: string) => DocumentOperation,
): Paths {
  return Object.fromEntries(
    Object.entries(paths).map(([path, methods]) => [
      path,
      Object.fromEntries(
        Object.entries(methods).map(([method, one]) => [method, make(one, path, method)]),
      ),
    ]),
  );
}

/** `if-match` as `IfMatch`. */
export function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
