/** `bpfledger hosts delete`: removes a host with all its rows, as the owner of the database. */
import { countText } from '../domain/count-text.ts';
import { systemClock } from '../events/clock.ts';
import { rfc3339 } from '../events/encoding/rfc3339.ts';
import type { Configuration } from '../main.ts';
import { type Deletable, deleteHost, readDeletable } from '../projections/delete-host.ts';
import { requireLine, unlessDenied } from './as-owner.ts';
import type { Printer } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { isPattern } from './named/candidates.ts';
import { progressBar } from './progress-bar.ts';
import { placeOf } from './settings.ts';
import { userOfMachine } from './user-of-machine.ts';
import { requireMigrated, withDatabase } from './with-database.ts';

export interface DeletionCall {
  readonly name: string;
  /** Where the database is. */
  readonly configuration: Configuration;
  /** In words; may be empty. */
  readonly reason: string;
  /** Without it, what would go is told, and nothing goes. */
  readonly isConfirmed: boolean;
  readonly json: boolean;
  readonly print: Printer;
}

/**
 * Deletes a host, when that is confirmed; else says what would go.
 *
 * @throws UsageError for what is not a name of one host, and a reason that is too long
 */
export async function removeHost(call: DeletionCall): Promise<ExitCode> {
  const { name, configuration, reason, isConfirmed, json, print } = call;
  if (name === '' || isPattern(name)) {
    throw new UsageError(`hosts delete takes the name of one host, not ${name || 'nothing'}`);
  }
  requireLine(reason);
  return withDatabase(configuration, async (database) => {
    await requireMigrated(database);
    if (!isConfirmed) {
      const found = await readDeletable(database, name);
      // The other commands ask a service, which may have another database.
      const place = placeOf(configuration);
      if (json) print.out(JSON.stringify(wouldGo(found)));
      else for (const line of whatGoes(found, place)) print.out(line);
      return EXIT.done;
    }
    const bar = progressBar(process.stderr);
    const deleted = await deleteHost(database, {
      ...{ name, reason, actor: userOfMachine(), now: systemClock.now() },
      progress: (done, of) => bar.draw(`deleting ${name}`, done, of),
    })
      .catch(unlessDenied('delete no host'))
      .finally(() => bar.clear());
    const { position, events, hash } = deleted;
    const hex = Buffer.from(hash).toString('hex');
    if (json) print.out(JSON.stringify({ host: name, position, events, hash: hex }));
    else {
      print.out(
        `${name} is deleted: ${countText(events, 'event')}, up to position ${position}, hash ${hex}`,
      );
      print.out(`all this was in ${placeOf(configuration)}`);
    }
    return EXIT.done;
  });
}

function whatGoes(found: Deletable, place: string): string[] {
  const { name, origin, events, position, checkpoint, recorded_from, recorded_to } = found;
  const since = recorded_from === null ? '' : `, recorded from ${rfc3339(recorded_from)}`;
  const branch = origin === null ? '' : `, a branch of ${origin}`;
  return [
    `Would delete ${name}${branch}, with ${countText(events, 'event')}; add --yes to do it.`,
    `  The log goes up to position ${position}${since} to ${rfc3339(recorded_to)}, in ${place}.`,
    checkpoint === null
      ? `  No checkpoint states what it held: bpfledger checkpoint ${name} signs one.`
      : '  Its last checkpoint stays, with the record of the deletion.',
    `  A deleted host cannot be had back: bpfledger export ${name} --output FILE, which asks the service, keeps it whole.`,
  ];
}

function wouldGo({ name, events, position, recorded_from, recorded_to }: Deletable) {
  return {
    ...{ host: name, would_delete: events, position, recorded_to: rfc3339(recorded_to) },
    ...(recorded_from !== null && { recorded_from: rfc3339(recorded_from) }),
  };
}
