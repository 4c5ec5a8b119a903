/**
 * What operations repeat (parameters, headers, refusals) is said once, among the components: a reader finds
 * it by name, and a generated client has one type of it.
 */
import {
  type DocumentAnswer,
  type DocumentOperation,
  mapOperations,
  type Part,
  type Paths,
  pascal,
} from './open-api.ts';

/** Parts by name, and the name of each by its text. */
class Shared {
  readonly #kind: string;
  readonly #uses = new Map<string, { readonly name: string; readonly part: Part; count: number }>();
  #names: Map<string, string> | undefined;

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** Counts a use of a part. */
  note(name: string, part: Part): void {
    const key = JSON.stringify(part);
    const known = this.#uses.get(key);
    if (known === undefined) this.#uses.set(key, { name: pascal(name), part, count: 1 });
    else known.count++;
  }

  /** A reference to a part that is used more than once; otherwise the part itself. */
  refer(part: Part): Part {
    const name = this.#nameParts().get(JSON.stringify(part));
    return name === undefined ? part : { $ref: `#/components/${this.#kind}/${name}` };
  }

  /** All parts that are referred to, by name. */
  get parts(): Record<string, Part> {
    const named = [...this.#nameParts()].map(
      ([key, name]) => [name, this.#uses.get(key)?.part as Part] as const,
    );
    return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The part of a name that is used most has the plain name; others are numbered. */
  #nameParts(): Map<string, string> {
    if (this.#names !== undefined) return this.#names;
    const names = new Map<string, string>();
    const taken = new Map<string, number>();
    const used = [...this.#uses].filter(([, { count }]) => count > 1);
    for (const [key, { name }] of used.sort(([, a], [, b]) => b.count - a.count)) {
      const nth = (taken.get(name) ?? 0) + 1;
      taken.set(name, nth);
      names.set(key, nth === 1 ? name : `${name}${nth}`);
    }
    this.#names = names;
    return names;
  }
}

/** What an operation may be refused with beside the rest, which is `default`. */
const REFUSALS = {
  400: { name: 'Malformed', when: 'The body does not match its content type.' },
  401: { name: 'Unauthorized', when: 'A token is needed, or it is not known.' },
  403: { name: 'Forbidden', when: 'The token does not allow this.' },
  404: { name: 'NotFound', when: 'There is no such host, position or object.' },
  409: { name: 'Conflict', when: 'The host is there already, or another holds the lease.' },
  412: { name: 'PositionChanged', when: 'The log is not at the position of If-Match.' },
  413: { name: 'TooLarge', when: 'The body is larger than the limit.' },
  415: { name: 'Unsupported', when: 'The content type is not accepted here.' },
  422: { name: 'Invalid', when: 'A field, parameter or header is wrong; `errors` names it.' },
  429: { name: 'TooOften', when: 'The caller asks too often; see Retry-After.' },
  503: { name: 'Unavailable', when: 'There is too much to do, or no database; see Retry-After.' },
} as const;

type Status = keyof typeof REFUSALS;

function refusalsOf(
  { parameters = [], requestBody, security }: DocumentOperation,
  path: string,
): Status[] {
  const isOpen = Array.isArray(security) && security.length === 0;
  const hasHost = path.includes('{host}');
  const isConditional = parameters.some(({ name }) => name === 'if-match');
  const of: readonly (readonly [Status, boolean])[] = [
    [400, requestBody !== undefined],
    [401, !isOpen],
    [403, !isOpen],
    [404, hasHost],
    [409, requestBody !== undefined],
    [412, isConditional],
    [413, requestBody !== undefined],
    [415, requestBody !== undefined],
    [422, true],
    [429, !isOpen],
    [503, true],
  ];
  return of.flatMap(([status, may]) => (may ? [status] : []));
}

export interface SharedParts {
  readonly paths: Paths;
  readonly parameters: Readonly<Record<string, Part>>;
  readonly headers: Readonly<Record<string, Part>>;
  readonly responses: Readonly<Record<string, Part>>;
}

/** The paths with references in place of what they repeat, and what these refer to. */
export function shareParts(paths: Paths): SharedParts {
  const parameters = new Shared('parameters');
  const headers = new Shared('headers');
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  for (const operation of operations) {
    for (const one of operation.parameters ?? []) parameters.note(one.name ?? '', one);
    for (const answer of Object.values(operation.responses)) {
      for (const [name, header] of Object.entries(answer.headers ?? {})) headers.note(name, header);
    }
  }
  const refer = (answer: DocumentAnswer): DocumentAnswer => {
    if (answer.headers === undefined) return answer;
    const entries = Object.entries(answer.headers);
    const own = entries.map(([name, header]) => [name, headers.refer(header)]);
    return { ...answer, headers: Object.fromEntries(own) };
  };
  const problem = refer(operations[0]?.responses.default ?? {});
  const refusalRef = (name: string) => ({ $ref: `#/components/responses/${name}` });
  const shared = mapOperations(paths, (operation, path) => ({
    ...operation,
    ...(operation.parameters && {
      parameters: operation.parameters.map((one) => parameters.refer(one)),
    }),
    responses: Object.fromEntries([
      ...Object.entries(operation.responses).flatMap(([status, answer]) =>
        status === 'default' ? [] : [[status, refer(answer)]],
      ),
      ...refusalsOf(operation, path).map((status) => [status, refusalRef(REFUSALS[status].name)]),
      ['default', refusalRef('Problem')],
    ]),
  }));
  const refusals = Object.values(REFUSALS).map(({ name, when }) => [
    name,
    { ...problem, description: when },
  ]);
  return {
    paths: shared,
    parameters: parameters.parts,
    headers: headers.parts,
    responses: { Problem: problem, ...Object.fromEntries(refusals) },
  };
}
