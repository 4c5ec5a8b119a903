/**
 * Contexts: services by name, so that nobody types an address and a token with every command. They
 * are a file of this user, which only this user can read, because it has tokens.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from './exit-code.ts';

const FOR_OTHERS = 0o077;
/** Characters of the file; a thousand contexts fit. */
const FILE_CHARS_MAX = 1_000_000;

const service = z.strictObject({ url: z.url(), token: z.string().min(1).exactOptional() });
const fileSchema = z.strictObject({
  current: z.string().exactOptional(),
  contexts: z.record(z.string().regex(/^[\w.-]{1,64}$/u), service),
});

/** Where a service is, and the token for it. */
export type Service = z.output<typeof service>;
export type Contexts = z.output<typeof fileSchema>;

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
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    throw new UsageError(`${file} cannot be read; remove it, and add the contexts again`);
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
  throw new UsageError(`there is no context ${name}; see bpfledger context list`);
}
