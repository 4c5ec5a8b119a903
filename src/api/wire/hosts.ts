/** Hosts and boots on the wire. */
import { z } from 'zod';
import { bootConfig, bootConfigRequest } from '../../events/schema/boot-config.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { time } from '../request/syscall-request.ts';
import { hostName } from '../routing.ts';
import { position, timestamp } from './event.ts';

/** A release by any name: `6.18`, `6.12.94`, `v2-series`, what `uname -r` prints. */
export const release = z.string().min(1).max(100).meta({
  id: 'Release',
  description: '`v2-series`, a version from 5.7 to 7.3, or what `uname -r` prints.',
});

const bootFields = {
  release,
  config: bootConfigRequest.exactOptional(),
  at: time.exactOptional(),
};

export const hostRequest = strictObject({ name: hostName, ...bootFields }).meta({
  id: 'HostRequest',
});
export const rebootRequest = strictObject({ ...bootFields, release: release.exactOptional() }).meta(
  {
    id: 'RebootRequest',
    description: 'What is left out is as in the boot before.',
  },
);

const hostFields = {
  name: z.string(),
  created_at: timestamp,
  position,
  recorded_at: timestamp,
};
const hostRow = z.strictObject(hostFields).meta({ id: 'HostRow' });

export const hostPage = z
  .strictObject({ items: z.array(hostRow), next: z.string().exactOptional() })
  .meta({ id: 'HostPage' });

export const hostDetail = z
  .strictObject({
    ...hostFields,
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
