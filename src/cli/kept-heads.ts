/** Heads of a log that somebody kept outside of its database: checkpoints, or a copy of the signed heads. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { bytesOf } from '../events/encoding/hex.ts';
import type { KeptHead } from '../events/proof/checkpoint-check.ts';
import { InputError, sentenceOf } from './exit-code.ts';

const lineSchema = z.object({
  host: z.string(),
  position: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/u),
});

/**
 * The heads of a host in a file of JSON lines: what `bpfledger checkpoint --json` printed, or the
 * signed-heads.jsonl of a service.
 *
 * @throws InputError when a line is not a head, or no line is of the host
 */
export async function readKeptHeads(file: string, host: string): Promise<KeptHead[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(sentenceOf(error));
  });
  const heads: KeptHead[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const head = headOf(line);
    if (head === undefined) throw new InputError(`${file}: line ${i + 1} is not a checkpoint`);
    if (head.host !== host) continue;
    heads.push({ position: head.position, hash: bytesOf(head.hash) });
  }
  if (heads.length === 0) throw new InputError(`${file} has no checkpoint of the host ${host}`);
  return heads;
}

function headOf(line: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
