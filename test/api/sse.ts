// A reader of server-sent events, message by message.

export interface Message {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export interface Messages {
  /** The next `count` messages; comments are none. */
  take(count: number): Promise<Message[]>;
  /** Whether nothing more comes. */
  ends(): Promise<boolean>;
  stop(): Promise<void>;
}

/** The messages of a response. */
export function messagesOf(response: Response): Messages {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  async function next(): Promise<Message | undefined> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end === -1) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
        continue;
      }
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      if (block.startsWith(':')) continue;
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(': ');
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      const data: unknown = JSON.parse(fields.get('data') ?? 'null');
      return { event: fields.get('event') ?? '', id: fields.get('id') ?? '', data };
    }
  }
  return {
    async take(count) {
      const taken: Message[] = [];
      while (taken.length < count) {
        const message = await next();
        if (message === undefined) throw new Error(`it ended after ${taken.length} messages`);
        taken.push(message);
      }
      return taken;
    },
    ends: async () => (await next()) === undefined,
    stop: () => reader.cancel(),
  };
}
