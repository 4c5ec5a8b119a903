/** Faults as `--fail` spells them: `link_create#2=ENOMEM`. */
import { countText } from '../../domain/count-text.ts';
import { ERRNO_NUMBERS, type Errno } from '../../domain/errno.ts';
import { suggestion } from '../../events/schema/near-name.ts';
import type { OrderedFault, Unfired } from '../../sandbox/disturb.ts';
import { FALLIBLE } from '../../sandbox/fallible.ts';
import { UsageError } from '../exit-code.ts';

const FORM = /^(?<call>[a-z_]+)(?:#(?<nth>[1-9]\d{0,8}))?=(?<errno>E[A-Z0-9]+)$/u;

/**
 * The faults of a comma-separated list.
 *
 * @throws UsageError
 */
export async function faultsOf(text: string | undefined): Promise<readonly OrderedFault[]> {
  if (text === undefined) return [];
  // The schemas of all calls are much to load for a list that is seldom given.
  const { CALL_NAMES } = await import('../../events/schema/call-schema.ts');
  return text.split(',').map((item) => faultOf(item, CALL_NAMES));
}

/** @param names of all calls, also of those that cannot fail */
function faultOf(text: string, names: readonly string[]): OrderedFault {
  const groups = FORM.exec(text)?.groups;
  if (groups === undefined) {
    throw new UsageError(`--fail ${text} is not of the form CALL#N=ERRNO, as link_create#2=ENOMEM`);
  }
  const { call: named = '' } = groups;
  const call = FALLIBLE.find((name) => name === named);
  if (call === undefined) {
    const why = names.includes(named)
      ? `${named} cannot be refused`
      : `there is no call ${named}${suggestion(named, FALLIBLE)}`;
    throw new UsageError(`--fail ${text}: ${why}. These can be: ${FALLIBLE.join(', ')}`);
  }
  const errno = Object.keys(ERRNO_NUMBERS).find((name) => name === groups.errno);
  if (errno === undefined) {
    const known = suggestion(groups.errno ?? '', Object.keys(ERRNO_NUMBERS));
    throw new UsageError(`--fail ${text}: there is no errno ${groups.errno}${known}`);
  }
  const nth = groups.nth === undefined ? undefined : Number(groups.nth);
  return { call, nth, errno: errno as Errno };
}

/** An order as it was given: `--fail link_create#2=ENOMEM`. */
export function orderText({ fault, killAt }: Unfired): string {
  if (fault === undefined) return `--kill-at ${killAt}`;
  const { call, nth, errno } = fault;
  return `--fail ${call}${nth === undefined ? '' : `#${nth}`}=${errno}`;
}

/** Why an order was never carried out. */
export function whyUnfired({ fault, calls }: Unfired): string {
  if (fault === undefined) return `the program made ${countText(calls, 'call')}`;
  const times = calls === 0 ? 'never called' : `called ${countText(calls, 'time')}`;
  return `${fault.call} was ${times}`;
}
