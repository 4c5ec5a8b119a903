/** The configuration from outside, read once at start. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { addressOf } from '../events/storage/postgres/address.ts';
import { HELD_MAX, type HeldMax } from '../events/writing/held-max.ts';
import { type WebhookAllowed, webhookAllowed } from './alerts/public-address.ts';
import { isLoopback } from './guard/origin.ts';
import type { RateLimits } from './guard/rates.ts';

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

export interface Configuration {
  readonly port: number;
  readonly host: string;
  /** PostgreSQL; absent: PGlite in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly dataDir: string;
  /** Everything goes at the end: in place of `dataDir`, a temporary folder; no `databaseUrl`. */
  readonly ephemeral: boolean;
  readonly tokensFile: string | undefined;
  /** Signs checkpoints; absent: a key of its own in `dataDir`. */
  readonly signingKeyFile: string | undefined;
  /** Where checkpoints are published; absent: nowhere. */
  readonly publishDir: string | undefined;
  /** `/metrics` answers without a token. */
  readonly metricsOpen: boolean;
  /** Each answered request is a span of OpenTelemetry. */
  readonly spans: boolean;
  /** Keys whose checkpoints the service trusts, beside its own. */
  readonly trustedKeysFile: string | undefined;
  /** Where alerts may be delivered to beyond public addresses. */
  readonly webhookAllowed: WebhookAllowed;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** States of hosts that are held in memory. */
  readonly held: HeldMax;
  /** How often each caller may ask; nothing: as often as it likes. */
  readonly rates: RateLimits;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** A whole number from 1 on. */
const count = z
  .string()
  .regex(/^[1-9]\d{0,11}$/, 'must be a whole number from 1 on')
  .transform(Number);

const PORT_RANGE = 'must be a number from 0 to 65535';

const variables = z.object({
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, PORT_RANGE)
    .transform(Number)
    .pipe(z.number().max(65_535, PORT_RANGE))
    .default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .superRefine((text, { addIssue }) => {
      try {
        addressOf(text);
      } catch (error) {
        addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' });
      }
    })
    .optional(),
  BPFLEDGER_DATA_DIR: z.string().min(1).optional(),
  BPFLEDGER_EPHEMERAL: z.enum(['true', 'false']).default('false'),
  BPFLEDGER_TOKENS_FILE: z.string().min(1).optional(),
  BPFLEDGER_SIGNING_KEY_FILE: z.string().min(1).optional(),
  BPFLEDGER_PUBLISH_DIR: z.string().min(1).optional(),
  BPFLEDGER_METRICS_OPEN: z.enum(['true', 'false']).default('false'),
  BPFLEDGER_SPANS: z.enum(['true', 'false']).default('false'),
  BPFLEDGER_TRUSTED_KEYS_FILE: z.string().min(1).optional(),
  BPFLEDGER_WEBHOOK_ALLOW: z
    .string()
    .default('')
    .transform((text, { addIssue }) => {
      try {
        return webhookAllowed(text);
      } catch (error) {
        addIssue({ code: 'custom', message: error instanceof Error ? error.message : '' });
        return z.NEVER;
      }
    }),
  BPFLEDGER_LOG_LEVEL: z
    .enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })
    .default('warn'),
  BPFLEDGER_HELD_HOSTS_MAX: count.default(HELD_MAX.hosts),
  BPFLEDGER_HELD_ROWS_MAX: count.default(HELD_MAX.rows),
  BPFLEDGER_HELD_IDLE_SECONDS: count.default(HELD_MAX.idleMs / 1000),
  BPFLEDGER_HELD_PAST_ROWS_MAX: count.default(HELD_MAX.pastRows),
  BPFLEDGER_REQUESTS_PER_SECOND: count.optional(),
  BPFLEDGER_REQUESTS_CONCURRENT: count.optional(),
});

/** Names of all variables that are read. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape);

function defaultDataDir(env: Variables): string {
  const home =
    env.XDG_DATA_HOME ?? (homedir() === '' ? undefined : join(homedir(), '.local/share'));
  return home === undefined ? '.bpfledger' : join(home, 'bpfledger');
}

/**
 * The configuration that environment variables give. An empty variable counts as unset.
 *
 * Throws an error that names the variable, never its value: it may hold a password.
 */
export function configurationOf(env: Variables): Configuration {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(set);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const values = parsed.data;
  if (!isLoopback(values.HOST) && values.BPFLEDGER_TOKENS_FILE === undefined) {
    throw new Error(
      `HOST ${values.HOST} is not loopback: others could reach the service, so ` +
        'BPFLEDGER_TOKENS_FILE must be set (docs/configuration.md)',
    );
  }
  const ephemeral = values.BPFLEDGER_EPHEMERAL === 'true';
  const kept = (['DATABASE_URL', 'BPFLEDGER_DATA_DIR'] as const).find((name) => values[name]);
  if (ephemeral && kept !== undefined) {
    throw new Error(`${kept}: says where data is kept, and BPFLEDGER_EPHEMERAL keeps none`);
  }
  const perSecond = values.BPFLEDGER_REQUESTS_PER_SECOND;
  const concurrent = values.BPFLEDGER_REQUESTS_CONCURRENT;
  return {
    port: values.PORT,
    host: values.HOST,
    databaseUrl: values.DATABASE_URL,
    dataDir: values.BPFLEDGER_DATA_DIR ?? defaultDataDir(set),
    ephemeral,
    tokensFile: values.BPFLEDGER_TOKENS_FILE,
    signingKeyFile: values.BPFLEDGER_SIGNING_KEY_FILE,
    publishDir: values.BPFLEDGER_PUBLISH_DIR,
    metricsOpen: values.BPFLEDGER_METRICS_OPEN === 'true',
    spans: values.BPFLEDGER_SPANS === 'true',
    trustedKeysFile: values.BPFLEDGER_TRUSTED_KEYS_FILE,
    webhookAllowed: values.BPFLEDGER_WEBHOOK_ALLOW,
    logLevel: values.BPFLEDGER_LOG_LEVEL,
    held: {
      hosts: values.BPFLEDGER_HELD_HOSTS_MAX,
      rows: values.BPFLEDGER_HELD_ROWS_MAX,
      idleMs: values.BPFLEDGER_HELD_IDLE_SECONDS * 1000,
      pastRows: values.BPFLEDGER_HELD_PAST_ROWS_MAX,
    },
    rates: {
      ...(perSecond !== undefined && { perSecond }),
      ...(concurrent !== undefined && { concurrent }),
    },
  };
}
