/**
 * The signed heads, outside the database: a file of JSON lines. The last line of a host
 * counts. A change of the database does not change the file, so a log that no longer holds what was
 * signed is not signed again. Only an operator can override a line
 * (`bpfledger checkpoint accept`).
 */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { bytesOf, hexOf } from '../encoding/hex.ts';
import { oneByOne } from '../one-by-one.ts';
import { type Checkpoint, checkpointHash } from './checkpoint.ts';
import type { KeptHead } from './checkpoint-check.ts';

/** Name of the file, in the data folder. */
export const SIGNED_HEADS_FILE = 'signed-heads.jsonl';

/** Lines beyond twice the number of hosts after which the file is rewritten, one line for each host. */
const SPARE_LINES = 10_000;
const NO_FILE = -1;
/** Ends a line that a crash cut off, before the next line: it was never acknowledged. */
const CUT_OFF = '#cut off\n';
/** Milliseconds after which a new file that is not in place yet belongs to a dead process. */
const STALE_MS = 60_000;

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

type SignedHeadLine = z.output<typeof lineSchema>;

/** The memory, in a file that several processes may add to. */
export class SignedHeads {
  readonly #file: string;
  /** By host. */
  #lines = new Map<string, SignedHeadLine>();
  #count = 0;
  /** Which file was read, and how far: others add to it. */
  #inode = NO_FILE;
  #read = 0;
  readonly #inTurn = oneByOne();

  private constructor(file: string) {
    this.#file = file;
  }

  /**
   * Opens the file, which is created with the first line.
   *
   * @throws Error that says what is wrong with the file
   */
  static async open(file: string): Promise<SignedHeads> {
    const heads = new SignedHeads(file);
    await heads.#inTurn(() => heads.#refresh());
    return heads;
  }

  /**
   * The last head of a host that was signed or accepted; undefined when
   * it never was.
   */
  async of(host: string): Promise<KeptHead | undefined> {
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

  /** Remembers a checkpoint; ignores one that is older than the known one. */
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
   * Accepts a log as it is, whatever was signed before: an operator confirms it.
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

  /** Reads the lines that any process added since the last read. */
  async #refresh(): Promise<void> {
    const found = await stat(this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    // Known heads stay known when the file is removed: the next line writes all of them again.
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
      throw new Error(`${this.#file} has mode ${mode}, so others can change it (chmod 600)`);
    }
    const file = await open(this.#file, 'r');
    try {
      await this.#take(await readFrom(file, this.#read));
    } finally {
      await file.close();
    }
  }

  /** Takes whole lines. */
  async #take(added: Buffer): Promise<void> {
    const end = added.lastIndexOf('\n') + 1;
    for (const text of added.subarray(0, end).toString('utf8').split('\n').slice(0, -1)) {
      this.#count++;
      if (text.endsWith(CUT_OFF.trimEnd())) continue;
      const line = lineOf(text);
      if (line === undefined) {
        throw new Error(
          `${this.#file}: line ${this.#count} cannot be read; it says what was signed, so restore ` +
            'it, or remove the line and compare the log with checkpoints that are kept elsewhere',
        );
      }
      this.#lines.set(line.host, line);
    }
    this.#read += end;
  }

  async #add(line: SignedHeadLine): Promise<void> {
    // When the file was removed, the next line writes the known heads.
    const known = this.#inode === NO_FILE ? [...this.#lines.values()] : [];
    await this.#append(textOf([...known, line]));
    if (this.#count >= 2 * this.#lines.size + SPARE_LINES) await this.#rewrite();
  }

  /** Appends whole lines, as other processes do: nobody ever removes lines. */
  async #append(lines: string): Promise<void> {
    for (let isThere = false; !isThere; ) {
      const file = await open(this.#file, 'a+', 0o600);
      try {
        await file.appendFile(`${(await endsWhole(file)) ? '' : CUT_OFF}${lines}`);
        await file.sync();
        if (this.#inode === NO_FILE) await syncFolder(dirname(this.#file));
        // A process that rewrote the file meanwhile may not have seen them.
        const now = await stat(this.#file).catch(() => undefined);
        isThere = now?.ino === (await file.stat()).ino;
      } finally {
        await file.close();
      }
    }
    await this.#refresh();
  }

  /** One line a host, in a new file that replaces the old one atomically. */
  async #rewrite(): Promise<void> {
    const path = `${this.#file}.new`;
    const file = await open(path, 'wx', 0o600).catch(() => undefined);
    // Another process does it, or was killed while it did.
    if (file === undefined) return removeStale(path);
    // From here on only this process replaces the file.
    await this.#refresh();
    const old = await open(this.#file, 'r');
    try {
      await file.writeFile(textOf(this.#lines.values()));
      await file.sync();
      await rename(path, this.#file);
      await syncFolder(dirname(this.#file));
      // Lines that were added while the new file was written.
      const late = (await readFrom(old, this.#read)).toString('utf8');
      if (late !== '') await this.#append(late);
    } finally {
      await old.close();
      await file.close();
    }
    await this.#refresh();
  }
}

function textOf(lines: Iterable<SignedHeadLine>): string {
  return Array.from(lines, (line) => `${JSON.stringify(line)}\n`).join('');
}

function lineOf(text: string): SignedHeadLine | undefined {
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

/** Whether a file ends with a whole line, or is empty. */
async function endsWhole(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  return size === 0 || (await readFrom(file, size - 1)).toString('utf8') === '\n';
}

async function removeStale(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && Date.now() - found.mtimeMs > STALE_MS) await rm(path, { force: true });
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
