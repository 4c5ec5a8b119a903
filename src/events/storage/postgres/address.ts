/**
 * What a `DATABASE_URL` names: one server, or several of which one at a time takes writes, as in
 * `postgresql://user@db1,db2:5433/ledger?target_session_attrs=read-write`. A server is a host with a
 * port, or the folder of a Unix socket: `postgresql://user@%2Frun%2Fpostgresql/ledger`.
 */

/** One server, as the driver and the network are given it. */
export interface Server {
  /** For people: `db1:5433`. */
  readonly name: string;
  /** Where it listens. */
  readonly place: { readonly host: string; readonly port: number } | { readonly path: string };
  /** A URL of this server alone, with everything else that the address says. */
  readonly url: string;
}

export interface Address {
  /** At least one, in the order of the URL. */
  readonly servers: readonly [Server, ...Server[]];
  /** The address without user, password and options. */
  readonly shown: string;
}

const PORT_DEFAULT = 5432;
/** Servers that one address may name. */
const SERVERS_MAX = 16;
/** A service writes, so it needs a server of one of these kinds, also when the URL names none. */
const WRITABLE = ['read-write', 'primary'];

const FORM =
  /^(?<scheme>postgres(?:ql)?:\/\/)(?<authority>[^/?#]*)(?<path>[^?#]*)(?<query>\?[^#]*)?/;

/**
 * Reads an address.
 *
 * Throws an error with a sentence that quotes nothing of the address, which may hold a password.
 */
export function addressOf(text: string): Address {
  const { scheme, authority, path, query } = FORM.exec(text)?.groups ?? {};
  if (scheme === undefined || authority === undefined) {
    throw new Error('must start with postgresql://');
  }
  const options = new URLSearchParams(query ?? '');
  const attributes = options.get('target_session_attrs') ?? 'read-write';
  if (!WRITABLE.includes(attributes)) {
    throw new Error(
      `target_session_attrs must be ${WRITABLE.join(' or ')}, or be left out: the service writes`,
    );
  }
  const at = authority.lastIndexOf('@') + 1;
  const login = authority
    .slice(0, Math.max(0, at - 1))
    .replaceAll('@', '%40')
    .replaceAll(',', '%2C');
  const hosts = authority.slice(at).split(',');
  if (hosts.length > SERVERS_MAX) throw new Error(`names more than ${SERVERS_MAX} servers`);
  options.delete('target_session_attrs');
  const rest = `${path}${options.size > 0 ? `?${options}` : ''}`;
  const servers = hosts.map((host) => {
    const { name, place } = placeOf(host);
    // The driver reads some settings from the host name, and only from a plain name.
    return { name, place, url: `${scheme}${login}${at > 0 ? '@' : ''}localhost${rest}` };
  });
  return {
    servers: servers as [Server, ...Server[]],
    shown: `${scheme}${servers.map(({ name }) => name).join()}${path}`,
  };
}

function placeOf(text: string): Pick<Server, 'name' | 'place'> {
  const { host, port } =
    /^(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ?? {};
  if (host === undefined || Number(port ?? 0) > 65_535) {
    throw new Error('must name its servers as host, host:port or [IPv6]:port, separated by commas');
  }
  const plain = decodeURIComponent(host).replace(/^\[|\]$/g, '');
  const number = Number(port ?? PORT_DEFAULT);
  if (plain.startsWith('/')) {
    const path = `${plain}/.s.PGSQL.${number}`;
    return { name: path, place: { path } };
  }
  const place = { host: plain === '' ? 'localhost' : plain, port: number };
  return { name: `${host === '' ? 'localhost' : host}${port ? `:${port}` : ''}`, place };
}
