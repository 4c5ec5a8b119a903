/**
 * Asks the service. A token is held in this module's memory and nowhere else: it is gone with the
 * page, and no other script can be on the page to read it (the policy of the document).
 */

/** What the service refused, or that it does not answer. */
export class AskRefused extends Error {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly errors: readonly { readonly field: string; readonly message: string }[];

  constructor(
    status: number,
    problem: {
      readonly title: string;
      readonly detail: string;
      readonly errors?: AskRefused['errors'];
    },
  ) {
    super(problem.detail);
    this.status = status;
    this.title = problem.title;
    this.errors = problem.errors ?? [];
  }
}

let token: string | undefined;
const waiting = new Set<() => void>();

/** Signs in with a token, or out. */
export function signIn(given: string | undefined): void {
  token = given;
  for (const tell of waiting) tell();
}

/** Calls back after each sign-in; returns what ends that. */
export function onSignIn(tell: () => void): () => void {
  waiting.add(tell);
  return () => waiting.delete(tell);
}

/** Sends a request; throws `AskRefused` unless the answer is a success. */
export async function open(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    const detail = 'Is the service running? The page asks again when you change something.';
    throw new AskRefused(0, { title: 'The service does not answer', detail });
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  throw new AskRefused(response.status, { title: response.statusText, detail: '', ...problem });
}

/** Reads a resource; with `low`, after all that is waited for. */
export async function ask<T>(
  path: string,
  signal?: AbortSignal,
  priority: RequestPriority = 'auto',
): Promise<T> {
  const response = await open(path, { priority, ...(signal && { signal }) });
  return (await response.json()) as T;
}

/** Posts JSON. */
export async function tell<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await open(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return (await response.json()) as T;
}

/** A path with the parameters that are set. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) set.set(name, String(value));
  }
  const text = set.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A path below a host. */
export function hostPath(host: string, rest = ''): string {
  return `/v1/hosts/${encodeURIComponent(host)}${rest}`;
}
