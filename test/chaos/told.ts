/** An event as a client was told of it. */
export interface Told {
  readonly position: number;
  readonly call: { readonly name: string; readonly path?: string };
}

/** All events of a host, by pages. */
export async function wholeLog(url: string, host: string): Promise<Told[]> {
  const events: Told[] = [];
  for (;;) {
    const page = `limit=1000&after=${events.length}`;
    const response = await fetch(`${url}/v1/hosts/${host}/events?${page}`);
    const { items } = (await response.json()) as { items: Told[] };
    if (items.length === 0) return events;
    events.push(...items);
  }
}
