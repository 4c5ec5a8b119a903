import { expect, it } from 'vitest';
import { secretBytes, secretText, signedHeaders } from './signature.ts';

it('signs as the example of Standard Webhooks does', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  const body = '{"test": 2432232314}';
  expect(signedHeaders(secret, { id, body, now: 1_614_265_330_999_999 })).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('reads the secrets that it writes, and no other text', () => {
  const bytes = Buffer.from('a secret of some bytes');
  expect(secretBytes(secretText(bytes))).toEqual(bytes);
  for (const text of ['', 'whsec_', 'secret', 'whsec_not base64']) {
    expect(secretBytes(text)).toBeUndefined();
  }
});
