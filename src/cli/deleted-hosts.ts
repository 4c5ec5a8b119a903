/** `bpfledger hosts deleted`: which hosts were deleted, as the service knows them. */
import { restClient } from '../client/rest-client.ts';
import type { Printer } from './command.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { type ServiceFlags, serviceFrom } from './service-flags.ts';
import { spareTime } from './spare-text.ts';
import { type Column, createTable, roomOf } from './table.ts';

interface DeletionRow {
  readonly host: string;
  readonly events: number;
  readonly hash: string;
  readonly actor: string;
  readonly deleted_at: string;
  readonly reason: string;
}

interface DeletionPage {
  readonly items: readonly DeletionRow[];
  readonly next?: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'host', cut: { at: 'end', to: 24 } },
  { title: 'events' },
  { title: 'deleted' },
  { title: 'by', cut: { at: 'end', to: 16 } },
  { title: 'hash', rank: 1, cut: { at: 'end', to: 16 } },
  { title: 'reason', rank: 2, cut: { at: 'end', to: 24 } },
];

/** Lists the hosts that were deleted, as the service knows them. */
export async function listDeleted({
  flags,
  print,
}: {
  readonly flags: ServiceFlags & {
    readonly json: true | undefined;
    readonly wide: true | undefined;
  };
  readonly print: Printer;
}): Promise<ExitCode> {
  const client = restClient(serviceFrom(flags));
  const room = roomOf(print, flags.wide);
  const table = createTable(COLUMNS, room);
  const showTime = (time: string) => (room === undefined ? time : spareTime(time, new Date()));
  let count = 0;
  for (let place = ''; ; ) {
    const { items, next }: DeletionPage = await client.get(`/v1/deletions?limit=1000${place}`);
    const rows = items.map(({ host, events, deleted_at, actor, hash, reason }) => [
      ...[host, String(events), showTime(deleted_at), actor, hash, reason],
    ]);
    const lines = flags.json ? items.map((one) => JSON.stringify(one)) : table.lines(rows);
    for (const line of lines) print.out(line);
    count += items.length;
    if (next === undefined) {
      if (count === 0) print.err('no host was ever deleted here');
      return EXIT.done;
    }
    place = `&next=${encodeURIComponent(next)}`;
  }
}
