/** Hosts and boots on the wire. */
import { z } from 'zod';
import { SERIES } from '../../domain/release/version.ts';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { Host } from '../../events/hosts.ts';
import { bootConfig, bootConfigRequest } from '../../events/schema/boot-config.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import type { Principal } from '../guard/tokens.ts';
import { hostName } from '../routing.ts';
import { time } from '../time.ts';
import { position } from './event.ts';
import { importedLog, importedLogOnWire } from './imported.ts';
import { counted } from './reads.ts';
import { timestamp } from './timestamp.ts';

/** A release by any name: `6.18`, `6.12.94`, `v2-series`, what `uname -r` prints. */
export const release = z
  .string({
    error: ({ input }) =>
      typeof input === 'number' ? `must be a string: write "${input}"` : undefined,
  })
  .min(1)
  .max(100)
  .meta({
    id: 'Release',
    description: `\`v2-series\`, a version from ${SERIES[0]} to ${SERIES.at(-1)}, or what \`uname -r\` prints.`,
  });

const bootFields = {
  release,
  config: bootConfigRequest.exactOptional(),
  boot_id: z.uuid().exactOptional().meta({
    description: 'What /proc/sys/kernel/random/boot_id has; default: a random one.',
  }),
  at: time.exactOptional(),
};

export const hostRequest = strictObject({ name: hostName, ...bootFields }).meta({
  id: 'HostRequest',
});
export const rebootRequest = strictObject({ ...bootFields, release: release.exactOptional() }).meta(
  {
    id: 'RebootRequest',
    description: 'Fields that are left out stay as in the boot before.',
  },
);

const hostFields = {
  name: z.string(),
  created_at: timestamp,
  position,
  recorded_at: timestamp,
};
const origin = z.strictObject({ host: z.string(), position }).meta({
  id: 'Origin',
  description:
    'For a branch: its origin, and the last position that they share. Left out when the token is ' +
    'not for the origin.',
});
export const hostRow = z
  .strictObject({
    ...hostFields,
    origin: origin.exactOptional(),
    imported: importedLog.exactOptional(),
  })
  .meta({ id: 'HostRow' });
export const branchRow = z.strictObject({ ...hostFields, origin }).meta({ id: 'Branch' });

/** A host in a list; it leaves out the name of an origin that the reader may not touch. */
export function hostRowOf(host: Host, { mayTouch }: Principal): z.output<typeof hostRow> {
  const { name, created_at, position, recorded_at, origin, origin_position, imported } = host;
  return {
    name,
    created_at: rfc3339(created_at),
    position,
    recorded_at: rfc3339(recorded_at),
    ...(origin !== null &&
      mayTouch(origin) && { origin: { host: origin, position: origin_position ?? 0 } }),
    ...(imported !== null && { imported: importedLogOnWire(imported) }),
  };
}

export const hostPage = z
  .strictObject({
    items: z.array(hostRow),
    count: counted,
    next: z.string().exactOptional(),
  })
  .meta({ id: 'HostPage' });

export const hostDetail = z
  .strictObject({
    ...hostFields,
    oldest: position.describe('The oldest position that is kept: 1, or where the log was cut.'),
    origin: origin.exactOptional(),
    imported: importedLog.exactOptional(),
    boot: z.int(),
    release: z.string(),
    boots: z.array(
      z.strictObject({
        boot: z.int(),
        boot_id: z.string(),
        release: z.string(),
        config: bootConfig,
        position_from: position,
      }),
    ),
  })
  .meta({ id: 'Host' });
