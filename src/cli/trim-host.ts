/** Cuts the log of a host, or says where it is cut, as the owner of the database. */
import { countText } from '../domain/count-text.ts';
import { systemClock } from '../events/clock.ts';
import { type Cut, listCuts } from '../events/cuts.ts';
import { hexOf } from '../events/encoding/hex.ts';
import { rfc3339 } from '../events/encoding/rfc3339.ts';
import { hostNamed } from '../events/hosts.ts';
import type { Configuration } from '../main.ts';
import type { Before } from '../projections/retention/find-cut.ts';
import { readTrimmable, type Trimmable, trim } from '../projections/retention/trim.ts';
import { parseMoment } from '../time-travel/moment.ts';
import { requireLine, unlessDenied } from './as-owner.ts';
import type { Printer } from './command.ts';
import { EXIT, type ExitCode, UsageError } from './exit-code.ts';
import { progressBar } from './progress-bar.ts';
import { parseSpokenMoment } from './spoken-moment.ts';
import { userOfMachine } from './user-of-machine.ts';
import { requireMigrated, withDatabase } from './with-database.ts';

/** Before a boot is before it begins, though a moment of it is its end elsewhere. */
const BEFORE_FORMS =
  "'90d ago', a position (42), an RFC 3339 time, or the begin of a boot (boot:2)";

interface CutsCall {
  readonly host: string;
  /** Where the database is. */
  readonly configuration: Configuration;
  readonly json: boolean;
  readonly print: Printer;
}

export interface TrimCall extends CutsCall {
  /** As people say it. */
  readonly before: string;
  /** Id of the key whose checkpoints count. */
  readonly key: string | undefined;
  /** In words; may be empty. */
  readonly reason: string;
  /** Without it, what would go is told, and nothing goes. */
  readonly isConfirmed: boolean;
}

/**
 * Cuts the log of a host, when that is confirmed; else says what would go.
 *
 * @throws UsageError
 * @throws CannotTrim
 */
export async function trimHost(call: TrimCall): Promise<ExitCode> {
  const { host: name, configuration, key, reason, isConfirmed, json, print } = call;
  const before = beforeOf(call.before);
  requireLine(reason);
  return withDatabase(configuration, async (database) => {
    await requireMigrated(database);
    if (!isConfirmed) {
      const found = await readTrimmable(database, { name, before, key }).catch(
        unlessDenied('cut no log'),
      );
      if (json) print.out(JSON.stringify(wouldGo(found)));
      else for (const line of whatGoes(found)) print.out(line);
      return EXIT.done;
    }
    const bar = progressBar(process.stderr);
    const { oldest, removed } = await trim(database, {
      ...{ name, before, key, reason, actor: userOfMachine(), now: systemClock.now() },
      progress: (part, done, of) => bar.draw(`${part} ${name}`, done, of),
    })
      .catch(unlessDenied('cut no log'))
      .finally(() => bar.clear());
    const { events, versions, segments } = removed;
    if (json) print.out(JSON.stringify({ host: name, oldest, events, versions, segments }));
    else {
      const gone = countText(events, 'event was', 'events were');
      print.out(`${name} begins at position ${oldest}: ${gone} removed`);
    }
    return EXIT.done;
  });
}

/** Says where the log of a host is cut. */
export async function showCuts({ host, configuration, json, print }: CutsCall): Promise<ExitCode> {
  return withDatabase(configuration, async (database) => {
    await requireMigrated(database);
    const { host_id, position } = await hostNamed(database, host);
    const cuts = await listCuts(database, host_id);
    for (const cut of cuts) print.out(json ? JSON.stringify(onWire(cut)) : sentenceOf(cut));
    if (cuts.length === 0 && !json) print.out(`${host} is whole: positions 1 to ${position}`);
    return EXIT.done;
  });
}

function beforeOf(text: string): Before {
  const moment = parseMoment(parseSpokenMoment(text, new Date()));
  if (moment !== undefined) return moment;
  throw new UsageError(`--before ${text} is not a moment: it takes ${BEFORE_FORMS}`);
}

function whatGoes({ name, checkpoint, cut, events, bytes }: Trimmable): string[] {
  const { position, recorded_at, key_id } = checkpoint;
  if (cut?.position === position) {
    return [
      `${name} begins at position ${position} already.`,
      events === 0
        ? '  Nothing is left of the events before.'
        : `  ${countText(events, 'event')} from before ${events === 1 ? 'is' : 'are'} left: what made what is still there, and stays, or what a trim that was stopped left; --yes removes that.`,
    ];
  }
  return [
    `Would remove up to ${countText(events, 'event')} of ${name}, ${sizeText(bytes)} of text; add --yes to do it.`,
    `  ${name} would begin at position ${position}, recorded at ${rfc3339(recorded_at)}.`,
    '  Events from before that made what is still there stay.',
    `  The checkpoint of that position, signed by the key ${key_id}, vouches for what stays.`,
    `  Removed events cannot be had back: bpfledger export ${name} --output FILE, which asks the service, keeps them all.`,
  ];
}

function sizeText(bytes: number): string {
  const kibibytes = bytes / 1024;
  return kibibytes < 1024 ? `${Math.ceil(kibibytes)} KiB` : `${(kibibytes / 1024).toFixed(1)} MiB`;
}

function wouldGo({ name, checkpoint, events, bytes }: Trimmable) {
  const { position, recorded_at, key_id } = checkpoint;
  return {
    ...{ host: name, would_remove: events, bytes, would_begin_at: position },
    ...{ recorded_at: rfc3339(recorded_at), key: key_id },
  };
}

function onWire({ position, hash, recorded_at, cut_at, actor, database_user, reason }: Cut) {
  return {
    ...{ position, hash: hexOf(hash), recorded_at: rfc3339(recorded_at) },
    ...{ cut_at: rfc3339(cut_at), actor, database_user, reason },
  };
}

function sentenceOf({ position, cut_at, actor, database_user, reason, hash }: Cut): string {
  const why = reason === '' ? '' : `: ${reason}`;
  return (
    `cut at position ${position}, hash ${hexOf(hash)}, at ${rfc3339(cut_at)} by ${actor} ` +
    `(${database_user})${why}`
  );
}
