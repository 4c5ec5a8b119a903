/**
 * Publishes checkpoints to a folder, such as a working tree of git or what is copied to an object
 * store: for each host `HOST/checkpoint`, the last one as a signed note, and `HOST/consistency`, the
 * proof that it continues the one that was published before. What others have copied cannot be taken
 * back, and shows a rewritten log.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../storage/database.ts';
import { writeConsistency } from './written-proof.ts';

/** Hosts of one page. */
const HOSTS_PAGE = 1000;

interface SignedHostRow {
  readonly host_id: number;
  readonly host: string;
  readonly position: number;
}

const SIGNED = `
  select h.host_id, h.name as host, latest.position from hosts h
  join lateral (select position from checkpoints c
    where c.host_id = h.host_id and c.root is not null order by position desc limit 1) latest on true
  where h.host_id > $1 and h.dropped_at is null order by h.host_id limit $2`;

export class Publication {
  readonly #folder: string;
  /** The last position that is in the folder, by host. */
  readonly #published = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes what was signed since the last call.
   *
   * @param onFault is given what goes wrong with one host; the others go on
   */
  async publish(
    database: Database,
    {
      signal,
      onFault,
    }: { readonly signal: AbortSignal; readonly onFault: (error: unknown) => void },
  ): Promise<void> {
    for (let after = 0; !signal.aborted; ) {
      const page = await database.query<SignedHostRow>(SIGNED, [after, HOSTS_PAGE]);
      for (const row of page) {
        if (signal.aborted) return;
        await this.#publishHost(database, row).catch(onFault);
      }
      if (page.length < HOSTS_PAGE) return;
      after = page.at(-1)?.host_id ?? after;
    }
  }

  async #publishHost(
    database: Database,
    { host_id, host, position }: SignedHostRow,
  ): Promise<void> {
    const folder = join(this.#folder, host);
    const before = this.#published.get(host) ?? (await readPosition(join(folder, 'checkpoint')));
    this.#published.set(host, before);
    if (before === position) return;
    // A log that went back continues nothing that was published: its proof begins with nothing.
    const from = before < position ? before : 0;
    const { text } = await writeConsistency(database, { host_id, from, to: position });
    await mkdir(folder, { recursive: true });
    await replace(join(folder, 'consistency'), text);
    await replace(join(folder, 'checkpoint'), text.slice(text.indexOf('\n\n') + 2));
    this.#published.set(host, position);
  }
}

/** The position of a published checkpoint; 0 when there is none. */
async function readPosition(file: string): Promise<number> {
  try {
    return Number((await readFile(file, 'utf8')).split('\n', 2)[1]) || 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** A reader sees the old text or the new one. */
async function replace(file: string, text: string): Promise<void> {
  const next = await open(`${file}.part`, 'w', 0o644);
  try {
    await next.writeFile(text);
    await next.sync();
  } finally {
    await next.close();
  }
  await rename(`${file}.part`, file);
}
