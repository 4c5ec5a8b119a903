/** What a receiver gets: a CloudEvent (version 1.0, structured) about one event of one host. */
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import type { LedgerEvent } from '../../events/event.ts';
import type { Alert, AlertPlace } from '../../time-travel/alerts/alert-rule.ts';
import { ALERT_BODY_BYTES_MAX } from '../limits.ts';
import { eventOnWire } from '../wire/event.ts';

export interface Envelope {
  readonly id: string;
  readonly rule: { readonly rule_id: number; readonly name: string; readonly kind: string };
  readonly alert: Alert;
  /** The event; undefined where it cannot be read. */
  readonly event: LedgerEvent | undefined;
}

/** Bytes that the places of an alert may take. */
const PLACES_BYTES_MAX = 16 * 1024;

/** The body of a delivery. */
export function envelopeText({ id, rule, alert, event }: Envelope): string {
  const { host, position, places, place_count, since, until, owner, time } = alert;
  const facts = {
    rule: { rule_id: rule.rule_id, name: rule.name },
    host,
    position,
    ...(places && { places: placesWithin(places), place_count }),
    ...(since !== undefined && { since: rfc3339(since) }),
    ...(until !== undefined && { until: rfc3339(until) }),
    ...(owner && { owner }),
  };
  const textWith = (data: object) =>
    JSON.stringify({
      specversion: '1.0',
      id,
      source: `/v1/rules/${rule.rule_id}`,
      type: `bpfledger.alert.${rule.kind}`,
      subject: host,
      time: rfc3339(time),
      datacontenttype: 'application/json',
      data,
    });
  const whole = textWith({ ...facts, ...(event && { event: eventOnWire(event) }) });
  return Buffer.byteLength(whole) <= ALERT_BODY_BYTES_MAX
    ? whole
    : textWith({ ...facts, event_omitted: true });
}

/** As many of the places as there is room for. */
function placesWithin(places: readonly AlertPlace[]): AlertPlace[] {
  let left = PLACES_BYTES_MAX;
  return places.filter(({ cgroup }) => {
    left -= Buffer.byteLength(cgroup) + 64;
    return left >= 0;
  });
}
