/** The flags of every command that asks a running service: where it is, and the token for it. */
import { readFileSync } from 'node:fs';
import { serviceInUse } from './contexts.ts';
import { UsageError } from './exit-code.ts';

const DEFAULT_URL = 'http://127.0.0.1:8080';

export const URL_FLAG = {
  value: 'URL',
  about: `the service (BPFLEDGER_URL, a context, else ${DEFAULT_URL})`,
} as const;

export const TOKEN_FILE_FLAG = {
  value: 'FILE',
  about:
    'holds the token for a service with tokens (BPFLEDGER_TOKEN, BPFLEDGER_TOKEN_FILE, a context)',
} as const;

/**
 * A service's address, without a slash at its end.
 *
 * @param name what the address was given by: `--url`, a variable
 * @throws UsageError
 */
export function urlFrom(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href.replace(/\/+$/u, '');
  throw new UsageError(`${name} ${text} is not an http address; try ${name} ${DEFAULT_URL}`);
}

/** The address of the flag, else of the environment; undefined when neither names one. */
function typedUrl(given: string | undefined): string | undefined {
  if (given !== undefined) return urlFrom('--url', given);
  const { BPFLEDGER_URL: set } = process.env;
  return set ? urlFrom('BPFLEDGER_URL', set) : undefined;
}

/** Where the service is, and the file of the token for it, as typed. */
export interface ServiceFlags {
  readonly url: string | undefined;
  readonly 'token-file': string | undefined;
}

/**
 * The token to send: that of the flag's file, else the environment's, else that of the environment's
 * file. No flag takes the token itself: `ps` shows arguments to every user of the machine.
 *
 * @throws UsageError
 */
export function tokenFrom(typedFile: string | undefined): string | undefined {
  const { BPFLEDGER_TOKEN: token, BPFLEDGER_TOKEN_FILE: file } = process.env;
  if (typedFile !== undefined) return tokenIn('--token-file', typedFile);
  if (token || !file) return token || undefined;
  return tokenIn('BPFLEDGER_TOKEN_FILE', file);
}

function tokenIn(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UsageError(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The address at which a service that listens on all addresses is reached from its own machine. */
export function reachable(url: string): string {
  return url.replace(/^(https?:\/\/)(0\.0\.0\.0|\[::\])(?=[:/]|$)/u, (_, scheme, all) =>
    all === '[::]' ? `${scheme}[::1]` : `${scheme}127.0.0.1`,
  );
}

/** A command to type, with --url when the service does not listen at the default address. */
export function withUrl(typed: string, url: string): string {
  return url === DEFAULT_URL ? typed : `${typed} --url ${url}`;
}

/**
 * The service that the flags `url` and `token-file` name, else the environment, else the context in use.
 * A token of a context goes to the address of that context only.
 *
 * @throws UsageError
 */
export function serviceFrom(flags: ServiceFlags): {
  readonly url: string;
  readonly token: string | undefined;
} {
  const typed = typedUrl(flags.url);
  const token = tokenFrom(flags['token-file']);
  if (typed !== undefined) return { url: typed, token };
  const inUse = serviceInUse();
  return { url: inUse?.url ?? DEFAULT_URL, token: token ?? inUse?.token };
}
