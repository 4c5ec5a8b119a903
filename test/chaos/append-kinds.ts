// The kinds of appends whose steps are struck: what a service does before, so that what it does then is
// that append and nothing else, and the request of the append.

/** A request that records something. */
export interface Write {
  readonly path: string;
  readonly body: unknown;
  /** Its Idempotency-Key. */
  readonly key?: string;
  /** The host that it is about. */
  readonly host: string;
}

export interface AppendKind {
  readonly name: string;
  /** What is recorded before, in order. @param host a name that nothing else has */
  before(host: string): readonly Write[];
  append(host: string): Write;
}

const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });

function creation(host: string): Write {
  const body = { name: host, release: '6.18' };
  return { path: '/v1/hosts', body, key: `create-${host}`, host };
}

function calls(host: string, body: unknown, key?: string): Write {
  return { path: `/v1/hosts/${host}/syscalls`, body, host, ...(key !== undefined && { key }) };
}

/**
 * The second call on a host: by then the service knows its state. Two of the same form come before the
 * one that is struck: the first one opens connections and prepares statements.
 */
function warm(name: string, form: (host: string, path: string) => Write): AppendKind {
  return {
    name,
    before: (host) => [creation(host), form(host, '/first'), form(host, '/second')],
    append: (host) => form(host, '/struck'),
  };
}

export const APPEND_KINDS: readonly AppendKind[] = [
  warm('a call with a key', (host, path) => calls(host, mkdir(path), `${host}${path}`)),
  warm('a call', (host, path) => calls(host, mkdir(path))),
  warm('a batch', (host, path) =>
    calls(
      host,
      ['a', 'b', 'c'].map((name) => mkdir(`${path}-${name}`)),
    ),
  ),
  {
    name: 'the first call on a host',
    before: (host) => [
      creation(`${host}-other`),
      calls(`${host}-other`, mkdir('/first')),
      creation(host),
    ],
    append: (host) => calls(host, mkdir('/struck')),
  },
  {
    name: 'a host, with a key',
    before: (host) => [creation(`${host}-other`)],
    append: creation,
  },
];
