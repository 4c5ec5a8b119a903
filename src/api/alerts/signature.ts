/** Signatures of deliveries, as Standard Webhooks (standardwebhooks.com, version 1) defines them. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** The bytes of a secret as it is written down: `whsec_` and base64; undefined for other texts. */
export function secretBytes(text: string): Buffer | undefined {
  const rest = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
  if (rest === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(rest)) return undefined;
  return Buffer.from(rest, 'base64');
}

/** The text of a secret. */
export function secretText(bytes: Uint8Array): string {
  return PREFIX + Buffer.from(bytes).toString('base64');
}

/** The three headers that name, date and sign a delivery. */
export function signedHeaders(
  secret: string,
  { id, body, now }: { readonly id: string; readonly body: string; readonly now: number },
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000_000));
  const key = secretBytes(secret) ?? Buffer.alloc(0);
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
