/**
 * Lines that wait on disk until the service has them. They are appended to segments, sent from the
 * oldest on, and a segment whose lines are all sent is removed. What is sent is remembered, so a
 * new process goes on where the last one ended. It is not synced: it survives the process, and a
 * machine that loses power has lost what it observed as well.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';

/** Bytes after which a new segment begins. */
const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Bytes that one piece has at most, unless a line is longer. */
const PIECE_BYTES = 4 * 1024 * 1024;
const SENT = 'sent.json';
const NAME = /^(\d{12})\.ndjson$/;
const NEWLINE = 0x0a;

/** The directory is used by another process. */
export class SpoolTaken extends Error {}

/** Lines to send, and the key under which they can be sent again. */
export interface Piece {
  readonly key: string;
  readonly lines: readonly string[];
}

interface SpoolOffset {
  readonly segment: number;
  readonly offset: number;
}

/** The segment that lines are appended to. */
interface Segment {
  readonly segment: number;
  readonly file: FileHandle;
}

export class Spool {
  /** Its directory. */
  readonly folder: string;
  private readonly bytesMax: number;
  private readonly lock: Server;
  private readonly id: string;
  private readonly sizes: Map<number, number>;
  private last: Segment;
  private from: SpoolOffset;
  /** Appends and removals, one after the other. */
  private busy: Promise<unknown> = Promise.resolve();

  private constructor(
    own: { readonly folder: string; readonly bytesMax: number; readonly lock: Server },
    { id, ...from }: SpoolOffset & { readonly id: string },
    { sizes, last }: { readonly sizes: Map<number, number>; readonly last: Segment },
  ) {
    this.folder = own.folder;
    this.bytesMax = own.bytesMax;
    this.lock = own.lock;
    this.id = id;
    this.from = from;
    this.sizes = sizes;
    this.last = last;
  }

  /**
   * Opens a spool, and makes its directory.
   *
   * @param bytesMax bytes of lines that may wait
   * @throws SpoolTaken when another process has it
   */
  static async open(directory: string, bytesMax: number): Promise<Spool> {
    const folder = resolve(directory);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await lockOf(folder);
    try {
      const segments = (await readdir(folder))
        .flatMap((name) => NAME.exec(name)?.[1] ?? [])
        .map(Number)
        .sort((a, b) => a - b);
      const segment = segments.at(-1) ?? 1;
      const file = await open(join(folder, nameOf(segment)), 'a+', 0o600);
      const sizes = new Map<number, number>();
      for (const one of segments.length === 0 ? [segment] : segments) {
        sizes.set(one, await sizeOf(join(folder, nameOf(one))));
      }
      sizes.set(segment, await cutToWholeLines(file));
      const from = await readSent(join(folder, SENT), segments[0] ?? segment);
      const spool = new Spool({ folder, bytesMax, lock }, from, { sizes, last: { segment, file } });
      await spool.remember(spool.from);
      return spool;
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** Bytes that wait. */
  get waiting(): number {
    let bytes = 0;
    for (const [segment, size] of this.sizes) {
      if (segment > this.from.segment) bytes += size;
      else if (segment === this.from.segment) bytes += size - this.from.offset;
    }
    return bytes;
  }

  /** Counts the lines that wait: it reads them all. */
  async countLines(): Promise<number> {
    let lines = 0;
    for (const segment of this.sizes.keys()) {
      if (segment < this.from.segment) continue;
      const start = segment === this.from.segment ? this.from.offset : 0;
      const path = join(this.folder, nameOf(segment));
      for await (const bytes of createReadStream(path, { start })) {
        for (const byte of bytes as Buffer) if (byte === NEWLINE) lines++;
      }
    }
    return lines;
  }

  /** Appends lines; false, and nothing is appended, when there is no room for all. */
  append(lines: readonly string[]): Promise<boolean> {
    return this.inTurn(async () => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      if (this.waiting + bytes.length > this.bytesMax) return false;
      if ((this.sizes.get(this.last.segment) ?? 0) >= SEGMENT_BYTES) await this.begin();
      const { segment, file } = this.last;
      await file.appendFile(bytes);
      this.sizes.set(segment, (this.sizes.get(segment) ?? 0) + bytes.length);
      return true;
    });
  }

  /** The next lines to send, at most `linesMax`; undefined when none wait. */
  async next(linesMax: number): Promise<Piece | undefined> {
    for (;;) {
      const { segment, offset } = this.from;
      const size = this.sizes.get(segment) ?? 0;
      if (offset < size) {
        const lines = await this.read(this.from, Math.min(size - offset, PIECE_BYTES), linesMax);
        return { key: `observe-${this.id}-${segment}-${offset}`, lines };
      }
      if (segment >= this.last.segment) return undefined;
      await this.inTurn(() => this.leave(segment));
    }
  }

  /** Notes that the first `lines` that waited are sent. */
  async markSent(lines: readonly string[]): Promise<void> {
    const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
    await this.remember({ ...this.from, offset: this.from.offset + bytes });
  }

  async close(): Promise<void> {
    await this.busy;
    await this.last.file.close();
    this.lock.close();
  }

  private async remember(place: SpoolOffset): Promise<void> {
    const path = join(this.folder, SENT);
    await writeFile(`${path}.new`, JSON.stringify({ id: this.id, ...place }), { mode: 0o600 });
    await rename(`${path}.new`, path);
    this.from = place;
  }

  private async begin(): Promise<void> {
    const segment = this.last.segment + 1;
    const file = await open(join(this.folder, nameOf(segment)), 'a+', 0o600);
    await this.last.file.close();
    this.last = { segment, file };
    this.sizes.set(segment, 0);
  }

  /** Goes on with the segment after one that is sent. */
  private async leave(segment: number): Promise<void> {
    const next = [...this.sizes.keys()].filter((one) => one > segment).sort((a, b) => a - b)[0];
    if (next === undefined) return;
    await this.remember({ segment: next, offset: 0 });
    this.sizes.delete(segment);
    await rm(join(this.folder, nameOf(segment)), { force: true });
  }

  private async read({ segment, offset }: SpoolOffset, bytes: number, linesMax: number) {
    const file = await open(join(this.folder, nameOf(segment)), 'r');
    try {
      for (let length = bytes; ; length *= 2) {
        const buffer = Buffer.alloc(length);
        const { bytesRead } = await file.read(buffer, 0, length, offset);
        const text = buffer.subarray(0, bytesRead);
        const end = text.lastIndexOf(NEWLINE);
        // A single line may be longer than a piece.
        if (end < 0 && bytesRead === length) continue;
        return text.subarray(0, Math.max(end, 0)).toString().split('\n').slice(0, linesMax);
      }
    } finally {
      await file.close();
    }
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.busy.then(work);
    this.busy = turn.catch(() => undefined);
    return turn;
  }
}

function nameOf(segment: number): string {
  return `${String(segment).padStart(12, '0')}.ndjson`;
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path, 'r');
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

/** A process that was killed while it wrote leaves a part of a line. */
async function cutToWholeLines(file: FileHandle): Promise<number> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - bytes.length);
    await file.read(bytes, 0, end - start, start);
    const newline = bytes.subarray(0, end - start).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      const whole = start + newline + 1;
      if (whole < size) await file.truncate(whole);
      return whole;
    }
    end = start;
  }
  if (size > 0) await file.truncate(0);
  return 0;
}

async function readSent(
  path: string,
  first: number,
): Promise<SpoolOffset & { readonly id: string }> {
  const fresh = { id: randomUUID(), segment: first, offset: 0 };
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return fresh;
  const { id, segment, offset } = JSON.parse(text) as SpoolOffset & { readonly id: string };
  return segment >= first ? { id, segment, offset } : { id, segment: first, offset: 0 };
}

/** A name that the kernel gives back when the process ends, however it does. */
async function lockOf(folder: string): Promise<Server> {
  const server = createServer();
  server.listen(`\0bpfledger-spool:${folder}`.slice(0, 107));
  server.unref();
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new SpoolTaken(`another process observes with the spool ${folder}`);
  }
}
