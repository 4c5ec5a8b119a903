/** Where the log of a run goes: to a service, or into a bundle. */
import { type RestClient, restClient } from '../../client/rest-client.ts';
import { type ServiceFlags, serviceFrom } from '../service-flags.ts';
import { keepBundle } from './kept-bundle.ts';
import type { Voice } from './voice.ts';

export interface RecordFlags extends ServiceFlags {
  readonly keep: string | undefined;
  readonly host: string | undefined;
}

/** Where the log of a run is, once it is recorded. */
export function placeOf({ keep, host }: Pick<RecordFlags, 'keep' | 'host'>): string {
  return host === undefined ? `in ${keep}` : `as host ${host}`;
}

/** Lets a log be recorded on the service that the flags name, or in the bundle. */
export function recordOn<T>(
  { keep, host, ...service }: RecordFlags,
  voice: Voice,
  record: (client: RestClient, host: string) => Promise<T>,
): Promise<T> {
  return host === undefined
    ? keepBundle(keep ?? '', voice, record)
    : record(restClient(serviceFrom(service)), host);
}
