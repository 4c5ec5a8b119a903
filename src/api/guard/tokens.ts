/** Tokens: who may ask what of which host. The file holds hashes, never the tokens. */
import { z } from 'zod';
import { strictObject } from '../../events/schema/strict-object.ts';
import { RATE_MAX, TOKENS_MAX } from '../limits.ts';
import { time } from '../time.ts';
import type { RateLimits } from './rates.ts';

export const ROLES = ['reader', 'recorder', 'writer', 'executor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/**
 * The roles of which each role may do what they may. A recorder records what was seen of a kernel, and
 * nothing that the model decides. An executor reports, and records no calls.
 */
const INCLUDED: Readonly<Record<Role, readonly Role[]>> = {
  reader: ['reader'],
  recorder: ['reader', 'recorder'],
  writer: ['reader', 'recorder', 'writer'],
  executor: ['reader', 'executor'],
  admin: ROLES,
};

/** Whether who has a role may do what needs another. */
export function includes(role: Role, needed: Role): boolean {
  return INCLUDED[role].includes(needed);
}

const rate = z.int().min(1).max(RATE_MAX);

const tokenLine = strictObject({
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must have 1…64 of A-Z a-z 0-9 . _ -'),
  role: z.enum(ROLES),
  hosts: z.array(z.string().regex(/^[a-z0-9.*_-]{1,64}$/, 'must be a host name, * for any part')),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case'),
  expires: time.exactOptional(),
  requests_per_second: rate.exactOptional(),
  requests_concurrent: rate.exactOptional(),
});

/** A token as the file has it. */
export type TokenEntry = z.input<typeof tokenLine>;

/** Who makes a request. */
export interface Principal {
  /** `token:NAME`, or `local` on a service without tokens. */
  readonly actor: string;
  readonly role: Role;
  /** The hosts that it may touch, `*` for any part of a name; what `mayTouch` answers by. */
  readonly hosts: readonly string[];
  readonly mayTouch: (host: string) => boolean;
  /** The principal may touch every host that there is or will be. */
  readonly allHosts: boolean;
  /** From then on the token is refused; microseconds since the epoch. */
  readonly expires?: number;
  /** What of the rates of all callers is another one for it. */
  readonly rates?: RateLimits;
}

/** Everyone who reaches a service without tokens: it listens on loopback only. */
export const LOCAL: Principal = {
  actor: 'local',
  role: 'admin',
  hosts: ['*'],
  mayTouch: () => true,
  allHosts: true,
};

/** Who shows no token where none is needed. */
export const ANYONE: Principal = {
  actor: 'anyone',
  role: 'reader',
  hosts: [],
  mayTouch: () => false,
  allHosts: false,
};

/** Principals by the SHA-256 of their token, in hex. */
export type Tokens = ReadonlyMap<string, Principal>;

/** Whether a name fits one of some patterns, `*` for any part. */
export function hostMatcher(patterns: readonly string[]): (host: string) => boolean {
  const source = patterns.map((pattern) =>
    pattern
      .split('*')
      .map((part) => part.replaceAll('.', '\\.'))
      .join('.*'),
  );
  const matcher = new RegExp(`^(?:${source.join('|')})$`);
  return (host) => patterns.length > 0 && matcher.test(host);
}

function entriesOf(text: string): unknown[] {
  if (text.trimStart().startsWith('[')) return JSON.parse(text) as unknown[];
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/**
 * The entries of a tokens file: a JSON array, or one JSON object a line.
 *
 * Throws an error that names the entry and the field, and never shows a hash.
 */
export function tokenEntries(text: string): TokenEntry[] {
  const entries = entriesOf(text) as TokenEntry[];
  for (const [index, entry] of entries.entries()) readEntry(entry, index);
  return entries;
}

/** What is written in a tokens file for these entries: one object a line. */
export function tokenLines(entries: readonly TokenEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

/** The principals of a tokens file. Throws as `tokenEntries` does. */
export function tokensOf(text: string): Tokens {
  const entries = entriesOf(text);
  if (entries.length > TOKENS_MAX) throw new Error(`more than ${TOKENS_MAX} tokens`);
  const tokens = new Map<string, Principal>();
  const names = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const { name, role, hosts, sha256, expires, ...rates } = readEntry(entry, index);
    const { requests_per_second: perSecond, requests_concurrent: concurrent } = rates;
    if (names.has(name) || tokens.has(sha256)) throw new Error(`token ${index + 1} is given twice`);
    names.add(name);
    tokens.set(sha256, {
      actor: `token:${name}`,
      role,
      hosts,
      mayTouch: hostMatcher(hosts),
      allHosts: hosts.includes('*'),
      ...(expires !== undefined && { expires }),
      ...(Object.keys(rates).length > 0 && { rates: { perSecond, concurrent } }),
    });
  }
  return tokens;
}

function readEntry(entry: unknown, index: number): z.output<typeof tokenLine> {
  const parsed = tokenLine.safeParse(entry);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`token ${index + 1}: ${issue?.path.join('.')} ${issue?.message}`);
}
