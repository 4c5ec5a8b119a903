/** What a verification cannot exclude, in sentences. */
import { countText } from '../../domain/count-text.ts';
import type { Cut } from '../../events/cuts.ts';
import type { ChainReport } from '../../events/proof/chain-check.ts';
import type { Outside } from '../../events/proof/checkpoint-check.ts';
import type { LogIdentity } from '../../events/reading/birth.ts';

/**
 * What may be wrong although everything holds.
 *
 * @param identity absent for a file that does not say which log it is
 * @param outside what the log was compared with
 */
export function notExcluded(
  identity: LogIdentity | undefined,
  report: ChainReport,
  outside: Outside,
): string[] {
  const { kept: given = [], remembered } = outside;
  const { position, proven_to, checkpoints, kept, unchained } = report;
  return [
    ...(kept > 0
      ? []
      : [
          'No checkpoint from outside was given, and none is remembered: if the whole log was ' +
            'rewritten and signed again by the same key, this verification would not notice it.',
        ]),
    ...(kept === 0 || given.length > 0 || remembered === undefined
      ? []
      : [
          'No checkpoint was given that a witness cosigned or you kept: only what this service itself ' +
            'remembers was compared, and whoever has its data folder, its key and the database could ' +
            'have rewritten all three.',
        ]),
    ...(proven_to >= position
      ? []
      : [
          `No checkpoint of a trusted key covers the events after position ${proven_to}: whoever can ` +
            'write to the database may have changed them and computed every hash again.',
        ]),
    ...foreign(report),
    ...(identity === undefined || identity.recorded_from === 1
      ? []
      : [
          `The events before position ${identity.recorded_from} were imported: only the keys that ` +
            'signed them elsewhere can vouch for them.',
        ]),
    ...(unchained === 0
      ? []
      : [
          `${countText(unchained, 'checkpoint has', 'checkpoints have')} format 1, which does not name the checkpoint before it: ` +
            'this verification would not notice that such a checkpoint was removed.',
        ]),
    ...(checkpoints > 0 || (identity !== undefined && identity.born?.host === identity.host)
      ? []
      : [
          "The chain does not begin with this host's name, and no checkpoint of a trusted key " +
            'names the host: this may be the log of another host.',
        ]),
  ];
}

/** What cannot be excluded of a log that was cut. */
export function cutSentences(
  cut: Pick<Cut, 'position'> | undefined,
  { before_cut, cut_signed, proven_to }: ChainReport,
): string[] {
  if (cut === undefined) return [];
  const { position } = cut;
  return [
    `The events before position ${position} were removed: nothing of them was checked` +
      `${before_cut === 0 ? '' : `, nor what ${countText(before_cut, 'checkpoint or kept head says', 'checkpoints and kept heads say')} of them`}.`,
    cut_signed
      ? `The rows and events from before position ${position} that the state there names are believed ` +
        'as they are stored: whoever can write to the database may have changed them.'
      : `The state at position ${position}, and the rows and events from before that it names, are ` +
        'believed as they are stored: whoever can write to the database may have changed them. No ' +
        'checkpoint of a trusted key was signed since the log was cut; the next one signs the state.',
    ...(proven_to >= position
      ? []
      : [
          `No checkpoint of a trusted key states the chain's value at position ${position}, which all ` +
            'that is kept follows from.',
        ]),
  ];
}

function foreign({ untrusted, untrusted_keys }: ChainReport): string[] {
  if (untrusted === 0) return [];
  const keys = untrusted_keys.join(', ');
  return [
    `${countText(untrusted, 'checkpoint is signed by an unknown key and proves', 'checkpoints are signed by unknown keys and prove')} nothing: ${keys}.`,
  ];
}
