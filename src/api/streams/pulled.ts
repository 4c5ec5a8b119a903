/**
 * A response body that is made as it is read. One that is not read for a while is ended, so that a
 * client that stopped listening holds nothing.
 */

export interface Pulled {
  /** Milliseconds that a piece may wait to be taken. */
  readonly unreadMs: number;
}

const encoder = new TextEncoder();

/** A stream of the texts that `source` yields; `source` is ended when the reader leaves. */
export function pulled(source: AsyncGenerator<string>, { unreadMs }: Pulled): ReadableStream {
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(timer);
        const { done, value } = await source.next();
        if (done) return controller.close();
        controller.enqueue(encoder.encode(value));
        timer = setTimeout(() => {
          controller.error(new Error(`not read for ${unreadMs} ms`));
          void source.return(undefined);
        }, unreadMs);
        timer.unref();
      },
      async cancel() {
        clearTimeout(timer);
        await source.return(undefined);
      },
    },
    // Nothing is made ahead of the reader.
    { highWaterMark: 0 },
  );
}
