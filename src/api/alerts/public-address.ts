/**
 * Where alerts may be delivered to. Who may add a rule must not reach by it what only this machine
 * reaches: so public addresses alone, unless the operator allows more (`--webhook-allow`).
 */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** What the operator allows beyond public addresses. */
export interface WebhookAllowed {
  readonly networks: BlockList;
  readonly hosts: ReadonlySet<string>;
}

/** IPv4 networks that are not public (RFC 6890 and later): private, loopback, link-local, reserved … */
const CLOSED_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16'],
  ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];
/** Of IPv6 one part is public, */
const OPEN_V6 = ['2000::/3'];
/** save these: protocol assignments with Teredo, documentation, and 6to4, which holds an IPv4 address. */
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const closedV4 = networksOf(CLOSED_V4);
const openV6 = networksOf(OPEN_V6);
const closedV6 = networksOf(CLOSED_V6);

function networksOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) addNetwork(list, text);
  return list;
}

/** Adds a network, or a single address. Returns whether the text is one. */
function addNetwork(list: BlockList, text: string): boolean {
  const [address = '', length, ...more] = text.split('/');
  const version = isIP(address);
  const bits = version === 6 ? 128 : 32;
  if (version === 0 || more.length > 0 || !/^\d{1,3}$/.test(length ?? String(bits))) return false;
  if (Number(length ?? bits) > bits) return false;
  list.addSubnet(address, Number(length ?? bits), version === 6 ? 'ipv6' : 'ipv4');
  return true;
}

const HOST = /^[a-z0-9]([a-z0-9._-]{0,252}[a-z0-9])?$/i;

/**
 * What a list of networks, addresses and host names allows, separated by commas.
 *
 * Throws an error that names the part that is none of these.
 */
export function webhookAllowed(text: string): WebhookAllowed {
  const networks = new BlockList();
  const hosts = new Set<string>();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '' || addNetwork(networks, part)) continue;
    if (!HOST.test(part)) {
      throw new Error(
        `${JSON.stringify(part)} is neither a network (10.0.0.0/8), an address nor a host name`,
      );
    }
    hosts.add(part.toLowerCase());
  }
  return { networks, hosts };
}

/** Whether anybody may be delivered to at an address. */
export function isPublicAddress(address: string): boolean {
  if (isIPv6(address)) {
    return openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6');
  }
  return isIP(address) === 4 && !closedV4.check(address, 'ipv4');
}

/**
 * Whether an address that a host has may be connected to. No network allows an IPv4 address in the
 * form of IPv6, which has two spellings for one machine.
 */
export function mayConnect(
  { networks, hosts }: WebhookAllowed,
  { host, address }: { readonly host: string; readonly address: string },
): boolean {
  if (isPublicAddress(address) || hosts.has(host.toLowerCase())) return true;
  if (isIPv6(address)) return !isMapped(address) && networks.check(address, 'ipv6');
  return networks.check(address, 'ipv4');
}

/** Whether an IPv6 address only stands for one of IPv4. */
function isMapped(address: string): boolean {
  return MAPPED.check(address, 'ipv6');
}

const MAPPED = networksOf(['::ffff:0:0/96', '::/96', '64:ff9b::/96']);

/** What is wrong with the address of a webhook, as far as the address alone tells; undefined: nothing. */
export function webhookUrlFault(text: string, allowed: WebhookAllowed): string | undefined {
  if (!URL.canParse(text)) return 'is not an address, such as https://example.org/hook';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password';
  if (url.hash !== '') return 'must not have a fragment (#)';
  const host = bareHost(url);
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  if (
    isLocal
      ? allowed.hosts.has(host)
      : isIP(host) === 0 || mayConnect(allowed, { host, address: host })
  ) {
    return undefined;
  }
  return `${host} is not a public address; the service allows others with --webhook-allow`;
}

/** The host of an address, an IPv6 one without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}
