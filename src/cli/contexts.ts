/**
 * Contexts: services by name, so that nobody types an address and a token with every command. They
 * are a file of this user, which only this user can read, because it has tokens.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { UsageError } from './exit-code.ts';

const FOR_OTHERS = 0o077;
/** Characters of the file; a thousand contexts fit. */
const FILE_CHARS_MAX = 1_000_000;

/** Where a service is, and the token for it. */
export interface Service {
  readonly url: string;
  readonly token?: string;
}

export interface Contexts {
  /** The name of the one in use. */
  readonly current?: string;
  readonly contexts: Readonly<Record<string, Service>>;
}

/** Whether a text can be the name of a context: letters, digits, . _ -, at most 64. */
export function isContextName(text: string): boolean {
  return /^[\w.-]{1,64}$/u.test(text);
}

/** Checked by hand: the library of schemas takes a quarter of the time that a command takes to start. */
function areContexts(value: unknown): value is Contexts {
  if (!isRecord(value)) return false;
  const { current, contexts, ...others } = value;
  const isCurrent = current === undefined || typeof current === 'string';
  return (
    isCurrent &&
    Object.keys(others).length === 0 &&
    isRecord(contexts) &&
    Object.entries(contexts).every(([name, service]) => isContextName(name) && isService(service))
  );
}

function isService(value: unknown): value is Service {
  if (!isRecord(value)) return false;
  const { url, token, ...others } = value;
  const isToken = token === undefined || (typeof token === 'string' && token !== '');
  const isUrl = typeof url === 'string' && URL.canParse(url) && !/\s/u.test(url);
  return isUrl && isToken && Object.keys(others).length === 0;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function contextsFile(): string {
  const { XDG_CONFIG_HOME: folder } = process.env;
  return join(folder || join(homedir(), '.config'), 'bpfledger', 'contexts.json');
}

/**
 * The contexts of this user; none when there is no file.
 *
 * @throws UsageError that names the file and what is wrong with it
 */
export function readContexts(): Contexts {
  const file = contextsFile();
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  if (mode === undefined) return { contexts: {} };
  if ((mode & FOR_OTHERS) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw new UsageError(`${file} has mode ${shown}, and may hold tokens: chmod 600 ${file}`);
  }
  const text = readFileSync(file, 'utf8');
  if (text.length > FILE_CHARS_MAX) throw new UsageError(`${file} is too large`);
  const contexts = tryParse(text);
  if (areContexts(contexts)) return contexts;
  const why = contexts === undefined ? 'is not JSON' : 'does not have the form of contexts';
  throw new UsageError(
    `${file} ${why}: mend it, or move it away and add the contexts again (context add)`,
  );
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keeps the contexts, for this user alone. */
export function keepContexts(contexts: Contexts): void {
  const file = contextsFile();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify(contexts, null, 2)}\n`, { mode: 0o600 });
  renameSync(unfinished, file);
}

/**
 * The service of the context that `BPFLEDGER_CONTEXT` names, else of the one in use; undefined when
 * there is none.
 *
 * @throws UsageError
 */
export function serviceInUse(): Service | undefined {
  const { current, contexts } = readContexts();
  const { BPFLEDGER_CONTEXT: named } = process.env;
  const name = named || current;
  if (name === undefined) return undefined;
  if (Object.hasOwn(contexts, name)) return contexts[name];
  const source = named ? 'BPFLEDGER_CONTEXT' : contextsFile();
  throw new UsageError(
    `there is no context ${name}, which ${source} names; see bpfledger context list, and context use`,
  );
}
