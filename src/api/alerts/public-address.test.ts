// The addresses that a rule may reach, and those that only the operator may open.

import { describe, expect, it } from 'vitest';
import { isPublicAddress, mayConnect, webhookAllowed, webhookUrlFault } from './public-address.ts';

const none = webhookAllowed('');

describe('an address', () => {
  it.each([
    ...['8.8.8.8', '1.1.1.1', '172.32.0.1', '192.0.3.1', '100.128.0.1', '223.255.255.255'],
    ...['2606:4700::1111', '2a00:1450:4001::1'],
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
    expect(mayConnect(none, { host: 'example.org', address })).toBe(true);
  });

  it.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254'],
    ...['172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1'],
    ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::7f00:1', '64:ff9b::7f00:1'],
    ...['fe80::1', 'fc00::1', 'fd12::1', 'ff02::1', '2001:db8::1', '2001::1', '2002:7f00:1::'],
    ...['100::1', '3fff::1', 'not an address', ''],
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
    expect(mayConnect(none, { host: 'example.org', address })).toBe(false);
  });

  it('that the operator allows may be connected to, and its neighbour may not', () => {
    const allowed = webhookAllowed('10.1.0.0/16, fd00:1::/32,127.0.0.1,hooks.internal');
    const may = (address: string, host = 'example.org') => mayConnect(allowed, { host, address });
    expect(['10.1.255.1', 'fd00:1::9', '127.0.0.1'].map((one) => may(one))).toEqual([
      ...[true, true, true],
    ]);
    expect(['10.2.0.1', 'fd00:2::9', '127.0.0.2'].map((one) => may(one))).toEqual([
      ...[false, false, false],
    ]);
    expect(may('::ffff:10.1.0.1')).toBe(false);
    expect(may('192.168.7.7', 'Hooks.Internal')).toBe(true);
  });

  it('that is none is named where it is allowed', () => {
    expect(() => webhookAllowed('10.0.0.0/8, a b')).toThrow('"a b" is neither a network');
    expect(() => webhookAllowed('10.0.0.0/33')).toThrow('10.0.0.0/33');
  });
});

describe('the address of a webhook', () => {
  it.each([
    ['https://example.org/hook?x=1', undefined],
    ['http://8.8.8.8:8080/', undefined],
    ['ftp://example.org/', 'must begin with https:// or http://'],
    ['file:///etc/passwd', 'must begin with https:// or http://'],
    ['example.org', 'is not an address'],
    ['https://me:secret@example.org/', 'must not hold a user or a password'],
    ['https://example.org/#here', 'must not have a fragment'],
    ['http://127.0.0.1/', '127.0.0.1 is not a public address'],
    ['http://0x7f.1/', '127.0.0.1 is not a public address'],
    ['http://2130706433/', '127.0.0.1 is not a public address'],
    ['http://0177.0.0.1/', '127.0.0.1 is not a public address'],
    ['http://[::1]/', '::1 is not a public address'],
    ['http://[::ffff:127.0.0.1]/', 'is not a public address'],
    ['http://localhost:8080/', 'localhost is not a public address'],
    ['http://me.localhost/', 'me.localhost is not a public address'],
  ])('%s', (url, fault) => {
    if (fault === undefined) expect(webhookUrlFault(url, none)).toBeUndefined();
    else expect(webhookUrlFault(url, none)).toContain(fault);
  });
});
