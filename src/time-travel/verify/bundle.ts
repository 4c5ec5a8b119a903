/** Verifies an exported log without any service: its chain, and what today's rules answer. */
import { readBundle } from '../../events/bundle/read-bundle.ts';
import { ChainCheck, type ChainReport } from '../../events/chain-check.ts';
import { decodeEvent } from '../../events/codec.ts';
import { DamagedLog } from '../../events/damaged-log.ts';
import { DecidedAgain, type OutcomesVerdict } from './outcomes.ts';
import { type Stopped, stoppedBy } from './stopped.ts';

export interface BundleVerification {
  readonly holds: boolean;
  /** What the host is called where it comes from. */
  readonly host: string;
  readonly chain: ChainReport & { readonly keys: readonly string[] };
  readonly outcomes: OutcomesVerdict | Stopped;
}

/**
 * Verifies a bundle.
 *
 * @param trusted id of the only key whose checkpoints are believed; default: those in the bundle
 * @throws LineTooLong: it is no bundle
 */
export async function verifyBundle(
  chunks: AsyncIterable<Uint8Array>,
  trusted?: string,
): Promise<BundleVerification> {
  const check = new ChainCheck(trusted);
  const again = new DecidedAgain();
  const keys: string[] = [];
  let host = '';
  let stopped: Stopped | undefined;
  let next = 1;
  for await (const part of readBundle(chunks, check)) {
    if (part.part === 'host') host = part.host;
    if (part.part === 'key') keys.push(part.key.key_id);
    if (part.part !== 'row' || stopped !== undefined) continue;
    const { row } = part;
    try {
      if (row.position !== next) throw new DamagedLog(next, 'missing from the log');
      again.take(decodeEvent(row));
      next++;
    } catch (error) {
      stopped = stoppedBy(error);
    }
  }
  const chain = { ...check.report(), keys };
  const outcomes = stopped ?? again.verdict();
  return { holds: chain.holds && outcomes.holds, host, chain, outcomes };
}
