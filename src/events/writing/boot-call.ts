/** What a request for a boot becomes: a boot that the log decides, with an id that nobody had. */
import type { BootConfig } from '../../domain/release/config.ts';
import { releaseOf } from '../../domain/release/release.ts';
import { LogRefusal } from '../log-refusal.ts';
import type { AskedBoot } from '../submission.ts';

/** How a machine starts: the release is any name that `releaseOf` knows. */
export interface BootRequest {
  readonly release: string;
  /** What differs from the defaults. */
  readonly config?: Partial<BootConfig>;
  /** Default: a random UUID. */
  readonly boot_id?: string;
}

/** The call of a boot. Refuses `unknown-release`. */
export function bootCall(
  { release, boot_id, config = {} }: Partial<BootRequest>,
  randomBytes: (size: number) => Uint8Array,
): AskedBoot {
  if (release !== undefined && releaseOf(release) === undefined) {
    throw new LogRefusal({ why: 'unknown-release', release });
  }
  return {
    name: 'boot',
    boot_id: boot_id ?? uuidOf(randomBytes(16)),
    config,
    ...(release !== undefined && { release }),
  };
}

/** A version 4 UUID from 16 random bytes. */
function uuidOf(random: Uint8Array): string {
  const bytes = Buffer.from(random);
  bytes.writeUInt8(((bytes[6] ?? 0) & 0x0f) | 0x40, 6);
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [0, 8, 12, 16, 20].map((from, i) => hex.slice(from, [8, 12, 16, 20, 32][i])).join('-');
}
