// Cuts the log at the end of an append, and takes away what is before, piece by piece.

import { deflateSync } from 'node:zlib';
import { emptyKernel } from '../../src/domain/boot.ts';
import { decodeEvent } from '../../src/events/encoding/codec.ts';
import { fold } from '../../src/events/reading/host-state.ts';
import { SNAPSHOT_VERSION, snapshotText } from '../../src/events/reading/snapshots.ts';
import type { Random } from '../../src/recorders/generator/random.ts';
import type { Scene } from './scene.ts';
import type { HostRows } from './server.ts';

/**
 * Cuts the log.
 *
 * @returns the position of the cut; undefined when there is nothing to cut
 */
export async function trimLog(
  { server, timeline, tell }: Scene,
  random: Random,
): Promise<number | undefined> {
  const [rows] = server.committed;
  const ends = (rows?.events ?? []).filter(
    ({ hash, position }) => hash !== null && position > (rows?.cut?.position ?? 1),
  );
  if (rows === undefined || ends.length === 0) return undefined;
  const { position } = random.pick(ends);
  const kernel = emptyKernel();
  for (const row of rows.events.slice(0, position)) fold(kernel, [decodeEvent(row)]);
  const state = deflateSync(snapshotText(kernel));
  const cut = { position, version: SNAPSHOT_VERSION, state };
  const change = (to: (rows: HostRows) => HostRows) =>
    server.changeRows(rows.host_id, to).catch(() => undefined);
  // A standby that was behind has others, or none, at that position.
  const end = rows.events[position - 1]?.hash;
  await change((now) => (now.events[position - 1]?.hash === end ? { ...now, cut } : now));
  tell(`the log is cut at ${position}`);
  server.notify(String(rows.host_id));
  for (let gone = rows.gone; gone < position; ) {
    await timeline.sleep(random.below(300));
    gone = Math.min(position, gone + 1 + random.below(8));
    await change((now) =>
      now.cut !== undefined && now.cut.position >= gone
        ? { ...now, gone: Math.max(now.gone, gone) }
        : now,
    );
  }
  return position;
}
