// Requests that nobody would write by hand, of every operation of openapi.yaml: parameters of their
// schemas, wrong ones, foreign ones and none, bodies with anything in them; all from one seed.

import type { Random } from '../../src/recorders/generator/random.ts';
import { openapiDocument } from '../support/openapi.ts';
import type { Sent } from './exchange.ts';
import type { World } from './hosts.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export const document = openapiDocument<{
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}>();

/** An operation, and where it is. */
export interface Asked extends Operation {
  readonly path: string;
  readonly method: string;
}

export const operations: readonly Asked[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

/** Values that mean something in a world, and some that mean nothing anywhere. */
const tellingOf = (world: World): Readonly<Record<string, readonly string[]>> => ({
  host: [world.host, world.host, world.host, world.other, 'nobody', world.host.toUpperCase()],
  name: [world.branch, `${world.host}-c`, 'nobody', 'policy'],
  cgroup: ['/', '/pods', '2', '/none'],
  attach_type: ['egress', 'connect4', '1', 'nothing'],
  path: ['/p', '/pods', '/'],
  at: ['1', '3', 'boot:1', '2026-01-01T00:00:00Z', '99999', 'never'],
  from: ['1', '2', 'boot:1', '5.10', '2026-01-01T00:00:00Z'],
  to: ['4', 'boot:1', '6.18', '2030-01-01T00:00:00Z'],
  condition: ['has:1', 'lacks:1', 'empty', 'filled', `differs:${world.other}`, 'odd'],
  format: ['json', 'text', 'bpftool', 'csv', 'bundle'],
  program_name: ['policy', 'none'],
  rule: [...world.rules, '99999'],
  release: ['6.18', '5.10', 'none'],
  wait_for: ['0', '1', '2'],
  wait: ['1', '60', '61'],
});
const ODD = [
  '',
  '\0',
  '0',
  '-1',
  '1e3',
  'x'.repeat(300),
  '%00',
  '..',
  '\u{1f980}',
  '[]',
  'true',
  '1',
];

/** Makes requests about a world. */
export class Requests {
  readonly #random: Random;
  readonly #world: World;
  readonly #telling: ReturnType<typeof tellingOf>;

  constructor(random: Random, world: World) {
    this.#random = random;
    this.#world = world;
    this.#telling = tellingOf(world);
  }

  #textFor(name: string, schema: Schema): string {
    if (this.#random.chance(0.15)) return this.#random.pick(ODD);
    const telling = this.#telling[name];
    if (telling !== undefined) return this.#random.pick(telling);
    const value = this.#instanceOf(schema.items ?? schema, 0);
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }

  /** Something of a schema, more or less. */
  #instanceOf(schema: Schema, depth: number): unknown {
    const { $ref, enum: words, const: constant, anyOf, oneOf, type, properties } = schema;
    if (this.#random.chance(0.03)) return this.#random.pick([null, 7, '', [], {}, true]);
    if ($ref !== undefined) {
      const named = document.components.schemas[$ref.split('/').at(-1) ?? ''];
      return depth > 6 ? null : this.#instanceOf(named ?? {}, depth + 1);
    }
    if (constant !== undefined) return constant;
    if (words !== undefined) return this.#random.pick(words);
    const options = anyOf ?? oneOf;
    if (options !== undefined) return this.#instanceOf(this.#random.pick(options), depth + 1);
    switch (type) {
      case 'integer':
      case 'number':
        return this.#random.pick([0, 1, 2, 3, 4, 5, 7, 100, 2 ** 31, -1]);
      case 'boolean':
        return this.#random.chance(0.5);
      case 'array':
        return Array.from({ length: this.#random.below(3) }, () =>
          this.#instanceOf(schema.items ?? {}, depth + 1),
        );
      case 'object': {
        const names = Object.keys(properties ?? {}).filter(
          (name) => schema.required?.includes(name) || this.#random.chance(0.3),
        );
        const fields = names.map((name) => [
          name,
          this.#instanceOf(properties?.[name] ?? {}, depth + 1),
        ]);
        if (this.#random.chance(0.05)) fields.push(['unheard_of', 1]);
        return Object.fromEntries(fields);
      }
      default:
        return this.#random.pick([
          ...['/', '/pods', `${this.#world.host}-a`, '1', '6.18'],
          ...[`${this.#world.host}-9`, '2026-01-01T00:00:00Z'],
        ]);
    }
  }

  /** A request of an operation: its path and query, and the rest. */
  requestOf({ path, method, parameters = [], requestBody }: Asked): [string, Sent] {
    const query = new URLSearchParams();
    const headers: Record<string, string> = {};
    let target = path;
    for (const { name, in: where, required, schema } of parameters) {
      if (where === 'path') {
        const value =
          name in this.#telling || this.#random.chance(0.1)
            ? this.#textFor(name, schema)
            : this.#random.pick(['1', '2']);
        // A URL resolves `..` before anybody sees it, and would be one of another operation.
        const segment = value === '..' ? '..;' : value;
        target = target.replace(`{${name}}`, encodeURIComponent(segment));
      } else if (required ? this.#random.chance(0.95) : this.#random.chance(0.3)) {
        const value = this.#textFor(name, schema);
        if (where === 'query') query.append(name, value);
        else headers[name] = /^[\x20-\x7e]*$/.test(value) ? value : 'odd';
      }
    }
    if (this.#random.chance(0.05)) query.append(this.#random.pick(['odd', 'dry_run', 'limt']), '1');
    const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
    if (type === undefined)
      return [`${target}?${query}`, { method: method.toUpperCase(), headers }];
    headers['content-type'] = this.#random.chance(0.95) ? type : 'text/html';
    const body = this.#random.chance(0.1)
      ? this.#random.pick(['', '{', '[]', 'null', '\0', '{"a":'])
      : JSON.stringify(this.#instanceOf(content?.schema ?? {}, 0));
    return [`${target}?${query}`, { method: method.toUpperCase(), headers, body }];
  }
}
