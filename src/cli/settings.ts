/** Flags that set what environment variables set as well; a flag wins over its variable. */
import { addressOf } from '../events/storage/postgres/address.ts';
import { type Configuration, configurationOf } from '../main.ts';
import type { Flags, Typed } from './command.ts';
import { sentenceOf, UsageError } from './exit-code.ts';

/** Keeps nothing: it excludes both flags above, and wins over their variables. */
export const EPHEMERAL_FLAG = {
  about: 'keep nothing: all data goes at the end (BPFLEDGER_EPHEMERAL)',
} as const;

/** Where the service listens, and who may use it. */
export const LISTEN_FLAGS = {
  port: { value: 'N', about: 'port, 0 for any free one (PORT, default 8080)' },
  host: { value: 'ADDRESS', about: 'address to listen on (HOST, default 127.0.0.1)' },
  'tokens-file': { value: 'FILE', about: 'hashed tokens, names, roles (BPFLEDGER_TOKENS_FILE)' },
  publish: {
    value: 'DIR',
    about: 'write each signed checkpoint to this folder too (BPFLEDGER_PUBLISH_DIR)',
  },
  'webhook-allow': {
    value: 'LIST',
    about: 'where alerts may go beside public addresses (BPFLEDGER_WEBHOOK_ALLOW)',
  },
} as const satisfies Flags;

const VARIABLES: Readonly<Record<string, string>> = {
  port: 'PORT',
  host: 'HOST',
  'database-url': 'DATABASE_URL',
  'data-dir': 'BPFLEDGER_DATA_DIR',
  'tokens-file': 'BPFLEDGER_TOKENS_FILE',
  ephemeral: 'BPFLEDGER_EPHEMERAL',
  publish: 'BPFLEDGER_PUBLISH_DIR',
  'webhook-allow': 'BPFLEDGER_WEBHOOK_ALLOW',
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration that flags and environment give together.
 *
 * @throws UsageError that names what is wrong
 */
export function configurationFrom(flags: Typed<Flags>, env: Environment): Configuration {
  const typed = Object.entries(flags).flatMap(([flag, value]) => {
    const variable = VARIABLES[flag];
    return variable === undefined || value === undefined ? [] : [[variable, String(value)]];
  });
  const kept = flags.ephemeral ? { DATABASE_URL: '', BPFLEDGER_DATA_DIR: '' } : {};
  try {
    return configurationOf({ ...env, ...kept, ...Object.fromEntries(typed) });
  } catch (error) {
    throw new UsageError(asTyped(sentenceOf(error), new Set(typed.map(([variable]) => variable))));
  }
}

/** The sentence with the flag in place of the variable that it begins with, where that was typed. */
function asTyped(sentence: string, variables: ReadonlySet<string | undefined>): string {
  const flag = Object.entries(VARIABLES).find(
    ([, variable]) => variables.has(variable) && new RegExp(`^${variable}\\b`).test(sentence),
  );
  return flag === undefined ? sentence : sentence.replace(flag[1], `--${flag[0]}`);
}

/** The configuration of commands that open the database themselves: only where it is. */
export function storageFrom(flags: Typed<Flags>, env: Environment): Configuration {
  const { DATABASE_URL, BPFLEDGER_DATA_DIR, XDG_DATA_HOME } = env;
  return configurationFrom(flags, { DATABASE_URL, BPFLEDGER_DATA_DIR, XDG_DATA_HOME });
}

/** Where the data is, in words; the password of a URL is not shown. */
export function placeOf({ databaseUrl, dataDir, ephemeral }: Configuration): string {
  if (ephemeral) return 'kept until the service ends';
  return databaseUrl === undefined ? dataDir : addressOf(databaseUrl).shown;
}
