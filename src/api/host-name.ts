/** The name of a host. */
import { HOST_NAME_CHARS_MAX } from './limits.ts';

/** The pattern of a host's name: what a DNS label may be, and dots and underscores. */
export const HOST_NAME = `[a-z0-9][a-z0-9._-]{0,${HOST_NAME_CHARS_MAX - 1}}`;

const WHOLE = new RegExp(`^${HOST_NAME}$`);

/** Whether a host may have this name. */
export function isHostName(text: string): boolean {
  return WHOLE.test(text);
}
