/** `bpfledger hosts delete`: removes a host with all its rows, as the owner of the database. */
import { systemClock } from '../events/clock.ts';
import { rfc3339 } from '../events/encoding/rfc3339.ts';
import type { Configuration } from '../main.ts';
import { type Deletable, deleteHost, readDeletable } from '../projections/delete-host.ts';
import { requireLine, unlessDenied } from './as-owner.ts';
import type { Printer } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { isPattern } from './named/meant.ts';
import { requireMigrated, withDatabase } from './opened.ts';
import { progressBar } from './progress-bar.ts';
import { placeOf } from './settings.ts';
import { userOfMachine } from './user-of-machine.ts';

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
 * Deletes a host, when that is confirmed.
 *
 * @throws UsageError when it is not, and for a reason that is too long
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
      for (const line of whatGoes(await readDeletable(database, name))) print.out(line);
      // The other commands ask a service, which may have another database.
      print.out(`all this is in ${placeOf(configuration)}`);
      throw new UsageError(
        `nothing was deleted; to delete all of it for ever, type hosts delete ${name} --yes`,
      );
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
      print.out(`${name} is deleted: ${events} events, up to position ${position}, hash ${hex}`);
      print.out(`all this was in ${placeOf(configuration)}`);
    }
    return EXIT.done;
  });
}

function whatGoes({ name, origin, events, position, checkpoint, ...times }: Deletable): string[] {
  const { recorded_from, recorded_to } = times;
  const since = recorded_from === null ? '' : `, recorded from ${rfc3339(recorded_from)}`;
  const branch = origin === null ? '' : `, a branch of ${origin}`;
  return [
    `${name}${branch}: ${events} events${since} to ${rfc3339(recorded_to)}, up to position ${position}`,
    checkpoint === null
      ? 'no checkpoint states what it held; bpfledger checkpoint HOST signs one'
      : 'its last checkpoint will be kept with the record of the deletion',
    `bpfledger export ${name} --output FILE keeps all of it, with its proofs`,
  ];
}
