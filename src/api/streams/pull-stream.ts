/**
 * A response body that is made as it is read. One that is not read for a while is ended, so that a
 * client that stopped listening holds nothing, and so is one whose reader may read no more; one
 * that has nothing to say may be kept alive.
 */

export interface Pulled {
  /** Milliseconds that a piece may wait to be taken; give or take a quarter. */
  readonly unreadMs: number;
  /** Whether the reader may still have what comes; one that may not is cut off at the next look. */
  readonly mayGoOn: () => boolean;
  /** The text that a waiting reader gets when nothing was sent for about so long. */
  readonly heartbeat?: { readonly ms: number; readonly text: string };
  /** Called once, when nothing more is sent: all was, the reader left, or it was cut off. */
  readonly onEnd?: () => void;
}

const encoder = new TextEncoder();

/** Why a body ends before its end. The server prints it, and where in this program it is says nothing. */
function bodyCutError(reason: string): Error {
  const error = new Error(reason);
  delete error.stack;
  return error;
}

/** A stream of what `source` yields, texts in UTF-8; `source` is ended when the reader leaves. */
export function pullStream(
  source: AsyncIterator<string | Uint8Array, undefined>,
  { unreadMs, mayGoOn, heartbeat, onEnd }: Pulled,
): ReadableStream {
  let watch: NodeJS.Timeout | undefined;
  /** The reader waits for a piece; otherwise a piece waits for the reader. */
  let asked = false;
  let since = performance.now();
  let ended = false;

  function end(): void {
    clearInterval(watch);
    if (!ended) onEnd?.();
    ended = true;
  }

  /** Nobody waits for what the source may still say on its way out. */
  async function leave(): Promise<void> {
    end();
    await source.return?.().catch(() => undefined);
  }

  function look(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const quietMs = performance.now() - since;
    const isTaken = controller.desiredSize === 0;
    const isUnread = !(asked && isTaken) && quietMs >= unreadMs;
    if (isUnread || !mayGoOn()) {
      const reason = isUnread ? `not read for ${unreadMs} ms` : 'its token counts no more';
      controller.error(bodyCutError(reason));
      void leave();
    } else if (asked && isTaken && heartbeat !== undefined && quietMs >= heartbeat.ms) {
      since = performance.now();
      controller.enqueue(encoder.encode(heartbeat.text));
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        // One timer for the whole stream: a thousand of them may get a piece at the same moment.
        const everyMs = Math.min(unreadMs, heartbeat?.ms ?? unreadMs) / 4;
        watch ??= setInterval(() => look(controller), everyMs).unref();
        asked = true;
        try {
          const { done, value } = await source.next();
          asked = false;
          since = performance.now();
          if (!done) {
            return controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
          }
        } catch (error) {
          void leave();
          throw error;
        }
        end();
        controller.close();
      },
      cancel: leave,
    },
    // Nothing is made ahead of the reader.
    { highWaterMark: 0 },
  );
}
