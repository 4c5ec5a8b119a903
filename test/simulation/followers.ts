// Followers: each reads all events from the first that is kept on, wherever it can, slowly or quickly.

import { encodeEvent } from '../../src/events/encoding/codec.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { isRemoved } from '../../src/events/log-refusal.ts';
import { markOfEvent } from '../../src/events/reading/event-marks.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import { type Fault, HOST, isExpected, oneOf, type Scene } from './scene.ts';

/** A follower waits for ever; these look up after so long. */
const LOOKS_UP_MS = 3000;

export class Follower {
  readonly #scene: Scene;
  readonly #number: number;
  readonly #random: Random;
  /** What it has got without a gap, from its first event on. */
  #events: LedgerEvent[] = [];
  /** Where it begins; undefined before it knows the oldest position. */
  #after: number | undefined;
  /** Events that it got, also those that it dropped since. */
  got = 0;

  constructor(scene: Scene, number: number) {
    this.#scene = scene;
    this.#number = number;
    this.#random = scene.streams(`follower ${number}`);
  }

  async run(): Promise<void> {
    const scene = this.#scene;
    while (!scene.isOver()) {
      try {
        await this.#follow();
      } catch (error) {
        // It was behind: it begins again with what is kept.
        if (isRemoved(error)) this.#beginAgain('what it has was removed');
        else if (!isExpected(error))
          scene.accuse('followers see each event once', `a follower ends with ${error}`);
        await scene.timeline.sleep(200);
      }
    }
  }

  /** Follows one service for as long as that goes well. */
  async #follow(): Promise<void> {
    const scene = this.#scene;
    const service = oneOf(scene, this.#random.fraction());
    const last = this.#events.at(-1);
    const mark = last && markOfEvent(last);
    this.#after ??= (await service.log.head(HOST)).oldest - 1;
    const after = last?.position ?? this.#after;
    scene.tell(
      `follower ${this.#number} asks service ${service.number} for what is after ${after}`,
    );
    const follower = await service.log.subscribe(HOST, { after, ...(mark && { mark }) });
    while (!scene.isOver() && !service.isDead) {
      const next = follower.next();
      const result = await Promise.race([next, scene.timeline.sleep(LOOKS_UP_MS)]);
      if (result === undefined) {
        await follower.return();
        const late = await next;
        if (!late.done) this.#take(late.value);
        break;
      }
      if (result.done) {
        if (result.value !== undefined) this.#beginAgain('the log went back');
        break;
      }
      this.#take(result.value);
      const isSlow = this.#random.chance(0.2);
      const pause = this.#random.below(1000);
      if (isSlow && scene.happens('pauses')) await scene.timeline.sleep(pause);
    }
    await follower.return();
  }

  #beginAgain(why: string): void {
    this.#scene.tell(`follower ${this.#number} begins again: ${why}`);
    this.#events = [];
    this.#after = undefined;
  }

  #take(piece: readonly LedgerEvent[]): void {
    for (const event of piece) {
      const last = this.#events.at(-1);
      if (last !== undefined && event.position !== last.position + 1) {
        const says = `a follower gets ${event.position} after ${last.position}`;
        this.#scene.accuse('followers see each event once', says);
      }
      this.#events.push(event);
      this.got++;
    }
    const [first, last] = [piece[0]?.position, piece.at(-1)?.position];
    this.#scene.tell(`follower ${this.#number} gets ${first}…${last}`);
  }

  /**
   * What is wrong with what it has in the end.
   *
   * @param texts of the log
   * @param oldest the last position at which the log was ever cut, or 1
   */
  judge(texts: readonly string[], oldest: number): readonly Fault[] {
    const first = this.#events[0]?.position ?? texts.length + 1;
    const wanted = texts.slice(first - 1);
    // One that kept up has more than is kept.
    if (first <= oldest && this.#events.map(encodeEvent).join('\n') === wanted.join('\n'))
      return [];
    const says =
      `a follower has ${this.#events.length} events from ${first} on, which are not the ` +
      `${texts.length} of the log, kept from ${oldest} on`;
    return [{ promise: 'followers see each event once', says }];
  }
}
