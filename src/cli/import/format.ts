/** What a file holds, by its first bytes. */
import { open } from 'node:fs/promises';
import { InputError, sentenceOf, UsageError } from '../exit-code.ts';

export const FORMATS = ['bundle', 'strace'] as const;
export type Format = (typeof FORMATS)[number];

/** Bytes that tell. */
const LOOKED_AT = 512;

/** Compressed files, by their first bytes, and what unpacks them. */
const COMPRESSED: readonly (readonly [magic: string, tool: string])[] = [
  ['\x1f\x8b', 'gunzip'],
  ['\x28\xb5\x2f\xfd', 'unzstd'],
  ['\xfd7zXZ\0', 'unxz'],
  ['BZh', 'bunzip2'],
];
const BUNDLE = /^\s*\{\s*"type"\s*:\s*"bundle"/;
/** A pid, or what strace says before the first line: `strace: Process 812 attached`. */
const STRACE = /^(?:\[pid +)?\d+(?:<[^>]*>)?\]? +|^\d+\.\d{6} |^strace: |^[a-z_]\w*\(/;

/**
 * The format of a file.
 *
 * @param asked what was typed, which is believed
 * @throws UsageError, InputError
 */
export async function formatOf(file: string, asked: string | undefined): Promise<Format> {
  const known = FORMATS.find((format) => format === asked);
  if (known !== undefined) return known;
  if (asked !== undefined) {
    throw new UsageError(`--format ${asked}: there are ${FORMATS.join(' and ')}`);
  }
  const begin = await beginningOf(file);
  const tool = COMPRESSED.find(([magic]) => begin.startsWith(magic))?.[1];
  if (tool !== undefined) throw new InputError(`${file} is compressed: unpack it with ${tool}`);
  if (BUNDLE.test(begin)) return 'bundle';
  if (STRACE.test(begin)) return 'strace';
  if (begin === '') throw new InputError(`${file} is empty`);
  throw new InputError(
    `${file} is neither a bundle of bpfledger export nor what strace writes; --format says which`,
  );
}

/** Whether a file begins as a bundle does. Throws `InputError` when it cannot be read. */
export async function beginsAsBundle(file: string): Promise<boolean> {
  return BUNDLE.test(await beginningOf(file));
}

async function beginningOf(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new InputError(sentenceOf(error));
  }
}
