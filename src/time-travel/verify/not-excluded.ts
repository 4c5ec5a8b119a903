/** What a verification cannot exclude, in sentences: a proof is worth what it is held against. */
import type { ChainReport } from '../../events/proof/chain-check.ts';
import type { LogIdentity } from '../../events/reading/birth.ts';

/**
 * What may be wrong although everything holds.
 *
 * @param identity absent for a file that does not say which log it is
 */
export function notExcluded(identity: LogIdentity | undefined, report: ChainReport): string[] {
  const { position, proven_to, checkpoints, kept, unchained } = report;
  return [
    ...(kept > 0
      ? []
      : [
          'No checkpoint from outside was given, and none is remembered: a whole log that was ' +
            'rewritten and signed anew by the same key would not be noticed.',
        ]),
    ...(proven_to >= position
      ? []
      : [
          `The events after position ${proven_to} are under no checkpoint of a trusted key: whoever ` +
            'can write to the database may have changed them and computed every hash anew.',
        ]),
    ...foreign(report),
    ...(identity === undefined || identity.recorded_from === 1
      ? []
      : [
          `The events before position ${identity.recorded_from} were imported: that they were ` +
            'recorded as they stand is for the keys to say that signed them there.',
        ]),
    ...(unchained === 0
      ? []
      : [
          `${unchained} checkpoints are of format 1, which tells nothing of the one before it: ` +
            'others that were removed among them would not be noticed.',
        ]),
    ...(checkpoints > 0 || (identity !== undefined && identity.born?.host === identity.host)
      ? []
      : [
          "The chain was not begun under this host's name, and no checkpoint of a trusted key " +
            'names it: it may be the log of another one.',
        ]),
  ];
}

function foreign({ untrusted, untrusted_keys }: ChainReport): string[] {
  if (untrusted === 0) return [];
  const keys = untrusted_keys.join(', ');
  return [`${untrusted} checkpoints are signed by an unknown key and prove nothing: ${keys}.`];
}
