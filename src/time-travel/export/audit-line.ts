/**
 * Events as lines of auditd's form, so that tools for audit logs can read the ledger:
 *
 *     node=web1 type=BPF msg=audit(1795335812.651:42): op=LINK_CREATE link-id=7 prog-id=12 …
 *
 * The serial is the position. Values that somebody else chose are quoted, or in hexadecimal where
 * they contain a blank, a quote or a non-ASCII character, as audit_log_untrustedstring does.
 */
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { isRefusal } from '../../domain/outcome.ts';
import type { LedgerEvent } from '../../events/event.ts';
import { factsOf } from './event-facts.ts';

const PLAIN = /^[\x21\x23-\x7e]*$/;

function encodeUntrusted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : Buffer.from(text, 'utf8').toString('hex').toUpperCase();
}

/** Seconds with three decimals, as auditd has them. */
function seconds(micros: number): string {
  const millis = Math.floor(micros / 1000);
  return `${Math.floor(millis / 1000)}.${String(millis % 1000).padStart(3, '0')}`;
}

/** The line of an event, with its newline. */
export function auditLine(host: string, event: LedgerEvent): string {
  const { outcome, call } = event;
  const fields = [`op=${call.name.toUpperCase()}`];
  for (const [name, value] of Object.entries(factsOf(event))) {
    const shown =
      typeof value === 'number' || name === 'attach_type' ? value : encodeUntrusted(value);
    fields.push(`${name.replaceAll('_', '-')}=${shown}`);
  }
  fields.push(`pid=${event.pid}`, `comm=${encodeUntrusted(event.comm)}`);
  fields.push(
    `boot=${event.boot}`,
    `actor=${encodeUntrusted(event.actor)}`,
    `source=${event.source}`,
  );
  fields.push(`at-us=${event.at}`);
  if (isRefusal(outcome)) {
    const exit = -ERRNO_NUMBERS[outcome.errno];
    fields.push(`exit=${exit} errno=${outcome.errno} rule=${outcome.rule} res=0`);
  } else fields.push(`exit=${outcome.ret} res=1`);
  const message = `msg=audit(${seconds(event.at)}:${event.position}):`;
  return `node=${host} type=BPF ${message} ${fields.join(' ')}\n`;
}
