/** Verifies an exported log without any service: its chain, and what today's rules answer. */
import { stateOf } from '../../events/bundle/cut-reading.ts';
import { readBundle } from '../../events/bundle/read-bundle.ts';
import type { NewCut } from '../../events/cuts.ts';
import { decodeEvent } from '../../events/encoding/codec.ts';
import { ChainCheck, type ChainReport } from '../../events/proof/chain-check.ts';
import type { Outside } from '../../events/proof/checkpoint-check.ts';
import type { LogIdentity } from '../../events/reading/birth.ts';
import { DamagedLog } from '../../events/reading/damaged-log.ts';
import { cutSentences, notExcluded } from './not-excluded.ts';
import { DecidedAgain, type OutcomesVerdict } from './outcomes.ts';
import { type Stopped, stoppedVerdict } from './stopped.ts';

export interface BundleVerification {
  readonly holds: boolean;
  /** The name of the host where it was exported. */
  readonly host: string;
  readonly chain: ChainReport;
  readonly outcomes: OutcomesVerdict | Stopped;
  /** What may be wrong although everything holds, in sentences. */
  readonly not_excluded: readonly string[];
}

/**
 * The name of a bundle's host; reads only its first line.
 *
 * @throws LineTooLong: it is not a bundle
 */
export async function hostOfBundle(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const parts of readBundle(chunks, new ChainCheck({}))) {
    for (const part of parts) if (part.part === 'host') return part.host;
  }
  return '';
}

/**
 * Verifies a bundle.
 *
 * @param outside what is trusted, from outside of the file; the file's own keys are not
 * @throws LineTooLong: it is not a bundle
 */
export async function verifyBundle(
  chunks: AsyncIterable<Uint8Array>,
  outside: Outside = {},
): Promise<BundleVerification> {
  const check = new ChainCheck(outside, {});
  let again = new DecidedAgain();
  let cut: NewCut | undefined;
  let host = '';
  let identity: LogIdentity | undefined;
  let stopped: Stopped | undefined;
  let next = 1;
  for await (const parts of readBundle(chunks, check)) {
    for (const part of parts) {
      if (part.part === 'host') ({ host, identity } = part);
      if (part.part === 'cut') {
        ({ cut } = part);
        next = cut.position + 1;
        try {
          again = new DecidedAgain({ kernel: stateOf(cut), position: cut.position });
        } catch (error) {
          stopped = stoppedVerdict(error);
        }
      }
      if (part.part !== 'row' || stopped !== undefined) continue;
      const { row } = part;
      try {
        if (row.position !== next) throw new DamagedLog(next, 'missing from the log');
        again.take(decodeEvent(row));
        next++;
      } catch (error) {
        stopped = stoppedVerdict(error);
      }
    }
  }
  const chain = check.report();
  const outcomes = stopped ?? again.verdict();
  const holds = chain.holds && outcomes.holds;
  const not_excluded = [...notExcluded(identity, chain, outside), ...cutSentences(cut, chain)];
  return { holds, host, chain, outcomes, not_excluded };
}
