/** The calls of a run as the log of a host. */

import { randomUUID } from 'node:crypto';
import { postLines } from '../../client/post-lines.ts';
import type { RestClient } from '../../client/rest-client.ts';
import { countText } from '../../domain/count-text.ts';
import { isUnmodelled } from '../../domain/outcome.ts';
import type { LoggedCall } from '../../sandbox/world.ts';
import type { Voice } from './voice.ts';

/** Calls of a run that are recorded. */
const CALLS_MAX = 1_000_000;
/** Lines that are posted together. */
const LINES_MAX = 1000;
/** A log begins with one. */
const BOOT_EVENTS = 1;

export class Recording {
  readonly #lines: string[] = [];
  #left = 0;

  /** Takes a call; an answer that was ordered, or of what is not modelled, is none of the model's. */
  add({ pid, call, decision, injected }: LoggedCall): void {
    if (injected || isUnmodelled(decision.outcome)) return;
    if (this.#lines.length >= CALLS_MAX) this.#left += 1;
    else this.#lines.push(JSON.stringify({ pid, at: new Date().toISOString(), call }));
  }

  /**
   * Makes a host and records the calls there. Its kernel decides them again, and gives the answers
   * that the program got.
   *
   * @param to.place where that is, in words
   */
  async post(
    client: RestClient,
    {
      host,
      release,
      place,
    }: { readonly host: string; readonly release: string; readonly place: string },
    { tell, warn }: Voice,
  ): Promise<void> {
    const at = (JSON.parse(this.#lines[0] ?? '{}') as { readonly at?: string }).at;
    await client.post('/v1/hosts', { name: host, release, ...(at !== undefined && { at }) });
    const run = randomUUID();
    for (let done = 0; done < this.#lines.length; done += LINES_MAX) {
      const lines = this.#lines.slice(done, done + LINES_MAX);
      const { refused } = await postLines(client, host, { key: `run-${run}-${done}`, lines });
      if (refused !== undefined) throw new Error(`the service does not record the run: ${refused}`);
    }
    tell(
      `bpfledger: ${countText(this.#lines.length + BOOT_EVENTS, 'event is', 'events are')} recorded ${place}`,
    );
    if (this.#left > 0)
      warn(`bpfledger: ${countText(this.#left, 'call more is', 'calls more are')} not recorded`);
  }
}
