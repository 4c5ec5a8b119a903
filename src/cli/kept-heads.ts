/** Heads of a log that somebody kept outside of its database: checkpoints, or a copy of the signed heads. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { findCosignTime, parseKey, parseNote } from '../client/proof/note.ts';
import { ProofRefused } from '../client/proof/proof.ts';
import { bytesOf } from '../events/encoding/hex.ts';
import type { KeptHead } from '../events/proof/checkpoint-check.ts';
import { InputError, sentenceOf } from './exit-code.ts';

const lineSchema = z.object({
  host: z.string(),
  position: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/u),
});

/**
 * The heads of a host in a file: a signed note, such as a witness cosigned; or JSON lines, which are
 * what `bpfledger checkpoint --json` printed or the signed-heads.jsonl of a service.
 *
 * @param witnesses their keys (vkeys): each must have cosigned the note
 * @throws InputError when a line is not a head, no line is of the host, or a witness did not cosign
 */
export async function readKeptHeads(
  file: string,
  host: string,
  witnesses: readonly string[] = [],
): Promise<KeptHead[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new InputError(sentenceOf(error));
  });
  if (text.startsWith('bpfledger/')) return [await headOfNote(text, { file, host, witnesses })];
  if (witnesses.length > 0) {
    throw new InputError(`${file} is not a signed note: --witness needs one that was cosigned`);
  }
  const heads: KeptHead[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const head = headOf(line);
    if (head === undefined)
      throw new InputError(
        `${file}: line ${i + 1} is not a checkpoint; checkpoint HOST --json prints one`,
      );
    if (head.host !== host) continue;
    heads.push({ position: head.position, hash: bytesOf(head.hash) });
  }
  if (heads.length === 0) throw new InputError(`${file} has no checkpoint of the host ${host}`);
  return heads;
}

interface NoteOf {
  readonly file: string;
  readonly host: string;
  readonly witnesses: readonly string[];
}

async function headOfNote(text: string, { file, host, witnesses }: NoteOf): Promise<KeptHead> {
  try {
    const note = parseNote(text);
    for (const vkey of witnesses) {
      const key = await parseKey(vkey);
      if ((await findCosignTime(note, key)) !== undefined) continue;
      throw new InputError(`${file}: ${key.name} did not cosign it`);
    }
    const [origin = '', position, , chain = ''] = note.text.split('\n');
    const head = { host: origin.split('/')[1], position: Number(position), hash: chain.slice(6) };
    const { data } = lineSchema.safeParse(head);
    if (data === undefined) throw new InputError(`${file} is not a checkpoint of a log`);
    if (data.host !== host) throw new InputError(`${file} has no checkpoint of the host ${host}`);
    return { position: data.position, hash: bytesOf(data.hash) };
  } catch (error) {
    if (error instanceof ProofRefused) throw new InputError(`${file}: ${error.message}`);
    throw error;
  }
}

function headOf(line: string): z.output<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
