/**
 * What was signed, remembered outside the database: a file of JSON lines, the last line of a host
 * counts. Whoever changes the database cannot change it, so a log that no longer holds what was
 * signed is not signed again. Nothing here takes a line back but an operator who says so
 * (`bpfledger checkpoint accept`).
 */
import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { bytesOf, hexOf } from '../encoding/hex.ts';
import { oneByOne } from '../one-by-one.ts';
import { type Checkpoint, checkpointHash } from './checkpoint.ts';

/** Name of the file, in the data directory. */
export const SIGNED_HEADS_FILE = 'signed-heads.jsonl';

/** Lines beyond twice the number of hosts after which the file is written anew, a line a host. */
const SPARE_LINES = 10_000;
const NO_FILE = -1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/u);

const lineSchema = z.strictObject({
  host: z.string().min(1),
  position: z.int().min(1),
  hash: sha256,
  /** `checkpointHash` of the checkpoint; absent in what an operator accepted. */
  checkpoint: sha256.exactOptional(),
  /** Microseconds since the epoch. */
  signed_at: z.int().min(0).exactOptional(),
  accepted_at: z.int().min(0).exactOptional(),
});

type Line = z.output<typeof lineSchema>;

/** Where a log stood when it was signed here for the last time. */
export interface SignedHead {
  readonly position: number;
  readonly hash: Uint8Array;
  /** `checkpointHash` of the checkpoint; absent when an operator accepted the log as it stood. */
  readonly checkpoint?: Uint8Array;
}

/** The memory, in a file that several processes may add to. */
export class SignedHeads {
  readonly #file: string;
  /** By host. */
  #lines = new Map<string, Line>();
  #count = 0;
  /** Which file was read, and how far: others add to it. */
  #inode = NO_FILE;
  #read = 0;
  readonly #inTurn = oneByOne();

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Opens the memory in a file, which is made when something is remembered.
   *
   * @throws Error that says what is wrong with the file
   */
  static async open(file: string): Promise<SignedHeads> {
    const heads = new SignedHeads(file);
    await heads.#inTurn(() => heads.#refresh());
    return heads;
  }

  /** What was signed last of a host of this name; undefined when nothing was. */
  async of(host: string): Promise<SignedHead | undefined> {
    await this.#inTurn(() => this.#refresh());
    const line = this.#lines.get(host);
    if (line === undefined) return undefined;
    const { position, hash, checkpoint } = line;
    return {
      position,
      hash: bytesOf(hash),
      ...(checkpoint !== undefined && { checkpoint: bytesOf(checkpoint) }),
    };
  }

  /** Remembers a checkpoint; an older one than is known is passed over. */
  remember(host: string, checkpoint: Checkpoint): Promise<void> {
    const { position, hash, signed_at } = checkpoint;
    const known = { host, position, hash: hexOf(hash), signed_at };
    return this.#inTurn(async () => {
      await this.#refresh();
      const line = { ...known, checkpoint: hexOf(checkpointHash(checkpoint)) };
      const before = this.#lines.get(host);
      if (before !== undefined && before.position > position) return;
      if (before?.checkpoint !== line.checkpoint) await this.#add(line);
    });
  }

  /**
   * Takes a log as it stands, whatever was signed before: an operator says that it is right.
   *
   * @param now microseconds since the epoch
   */
  accept(
    host: string,
    { position, hash }: { readonly position: number; readonly hash: Uint8Array },
    now: number,
  ): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh();
      await this.#add({ host, position, hash: hexOf(hash), accepted_at: now });
    });
  }

  /** Reads what was added since the last look, by whomever. */
  async #refresh(): Promise<void> {
    const found = await stat(this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    // What was known stays known when the file goes away: the next line writes all of it anew.
    if (found === undefined) this.#inode = NO_FILE;
    if (found === undefined || (found.ino === this.#inode && found.size === this.#read)) return;
    if (found.ino !== this.#inode || found.size < this.#read) {
      this.#lines = new Map();
      this.#count = 0;
      this.#read = 0;
      this.#inode = found.ino;
    }
    if ((found.mode & 0o022) !== 0) {
      const mode = (found.mode & 0o777).toString(8);
      throw new Error(`${this.#file} has the mode ${mode}: others may change it (chmod 600)`);
    }
    const file = await open(this.#file, 'r');
    try {
      await this.#take(await readFrom(file, this.#read));
    } finally {
      await file.close();
    }
  }

  /** Takes whole lines; what a crash cut off was never said to be remembered. */
  async #take(added: Buffer): Promise<void> {
    const end = added.lastIndexOf('\n') + 1;
    for (const text of added.subarray(0, end).toString('utf8').split('\n').slice(0, -1)) {
      this.#count++;
      const line = lineOf(text);
      if (line === undefined) {
        throw new Error(
          `${this.#file}: line ${this.#count} cannot be read; it tells what was signed, so restore ` +
            'it, or remove the line and compare the log with checkpoints that are kept elsewhere',
        );
      }
      this.#lines.set(line.host, line);
    }
    this.#read += end;
  }

  async #add(line: Line): Promise<void> {
    this.#lines.set(line.host, line);
    const long = this.#count >= 2 * this.#lines.size + SPARE_LINES;
    if (long || this.#inode === NO_FILE) return this.#rewrite();
    const file = await open(this.#file, 'a', 0o600);
    try {
      const { size } = await file.stat();
      // A line that a crash cut off would spoil this one.
      if (size > this.#read) await file.truncate(this.#read);
      await file.appendFile(`${JSON.stringify(line)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await this.#refresh();
  }

  /** One line a host, in a new file that takes the place of the old one at once. */
  async #rewrite(): Promise<void> {
    const path = `${this.#file}.new`;
    const file = await open(path, 'w', 0o600);
    try {
      const lines = [...this.#lines.values()].map((line) => `${JSON.stringify(line)}\n`);
      await file.writeFile(lines.join(''));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(path, this.#file);
    await syncFolder(dirname(this.#file));
    await this.#refresh();
  }
}

function lineOf(text: string): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function readFrom(file: FileHandle, from: number): Promise<Buffer> {
  const { size } = await file.stat();
  const read = Buffer.alloc(Math.max(0, size - from));
  const { bytesRead } = await file.read(read, 0, read.length, from);
  return read.subarray(0, bytesRead);
}

/** A new name is there after a loss of power only when its folder was written. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
