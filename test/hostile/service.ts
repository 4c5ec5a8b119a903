// The service that hostile requests are sent to, in a process of its own, so that its memory is its own
// too; `service-process.ts` starts it and asks it, and gives it its arguments.

import { setInterval } from 'node:timers';
import { migrate } from '../../src/events/storage/migrate.ts';
import { openPglite } from '../../src/events/storage/pglite-database.ts';
import { openPostgres } from '../../src/events/storage/postgres-database.ts';
import { startTestService } from '../api/running.ts';
import { verifyAllHosts } from '../support/verified-hosts.ts';
import { spoilFiles } from './files.ts';
import { isOfWorld } from './hosts.ts';
import type { Ask, Reply } from './service-process.ts';
import { isOfVisit } from './visit.ts';
import { tokensOfVisits } from './visit-tokens.ts';

const MIB = 1024 * 1024;
/** Milliseconds after which what a test may look at is forgotten: it is not memory of the service. */
const FORGET_MS = 200;

const [first, end, url = ''] = process.argv.slice(2);
const database = url === '' ? await openPglite() : openPostgres({ url });
await migrate(database);
const service = await startTestService({
  database,
  tokens: tokensOfVisits(Number(first), Number(end)),
  loopback: true,
});
setInterval(() => service.answered.splice(0), FORGET_MS).unref();

process.on('message', ({ id, ask }: { readonly id: number; readonly ask: Ask }) => {
  void reply(ask).then(
    (answer) => process.send?.({ id, answer }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
// A parent that is gone asks no more.
process.on('disconnect', () => process.exit());
process.send?.({ id: 0, answer: await service.listen() });

async function reply(ask: Ask): Promise<Reply[Ask['what']]> {
  switch (ask.what) {
    case 'memory':
      (globalThis as { readonly gc?: () => void }).gc?.();
      return process.memoryUsage().rss / MIB;
    case 'verify':
      return verify((name) => isOfWorld(name, ask.host));
    case 'verify others':
      return verify((name) => !isOfVisit(name));
    case 'files':
      // Files are read on the same database by one who may do all; the tokens above are of visits.
      return spoilFiles(await startTestService({ database, loopback: true }), ask);
  }
}

async function verify(isMeant: (name: string) => boolean): Promise<Reply['verify']> {
  const { events, faults } = await verifyAllHosts(database, isMeant);
  return { events, faults: [...faults, ...service.faults.splice(0).map(String)] };
}
