import type { EventRef } from '../service/answers.ts';
import { go } from '../state/use-place.ts';
import { count } from '../state/words.ts';

/** Who did something, as a way to that moment. */
export function By({ event }: { readonly event: EventRef }) {
  return (
    <button
      type="button"
      class="by"
      title={`${event.call} at ${event.at}, sent by ${event.actor}`}
      onClick={() => go({ at: event.position, live: false }, { isStep: true })}
    >
      {event.comm}[{event.pid}] <span class="id">@ {count(event.position)}</span>
    </button>
  );
}
