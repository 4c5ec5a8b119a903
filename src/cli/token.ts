/** `bpfledger token`: who may use a service with tokens. */
import { join } from 'node:path';
import {
  configurationOf,
  createToken,
  ROLES,
  readTokenEntries,
  readTokenUses,
  revokeToken,
  TOKEN_USES_FILE,
  TokenChangeRefused,
  type TokenEntry,
  type TokenTimes,
} from '../main.ts';
import { command } from './command.ts';
import { EXIT, InputError, UsageError } from './exit-code.ts';
import { type Column, roomOf, tableLines, WIDE_FLAG } from './table.ts';

const DAY_MS = 86_400_000;

export const token = command({
  usage: 'create NAME --role R --hosts H | list | revoke NAME [options]',
  about:
    'Changes the tokens file of a service, or lists it. create prints the new token; the file\n' +
    'keeps only its hash, so nobody can print it again. The service reads the file at start and\n' +
    'at each SIGHUP: send it one (kill -HUP PID) after a change.',
  flags: {
    role: { value: 'R', about: 'for create: reader, recorder, writer, executor or admin' },
    hosts: { value: 'H,…', about: 'for create: names of hosts, * for any part (default: none)' },
    expires: { value: 'WHEN', about: 'for create: in so many days (90d), or an RFC 3339 time' },
    rate: { value: 'N', about: 'for create: requests a second, in place of those of all' },
    concurrent: { value: 'N', about: 'for create: unanswered requests, in place of those of all' },
    'data-dir': {
      value: 'DIR',
      about: 'for list: of the service, which keeps the last uses there',
    },
    'tokens-file': { value: 'FILE', about: 'the file (BPFLEDGER_TOKENS_FILE)' },
    wide: WIDE_FLAG,
  },
  example: "npx bpfledger token create ci --role writer --hosts 'ci-*' --expires 90d",
  async run({ flags, words, print }) {
    const [verb, name, extra] = words;
    const file = flags['tokens-file'] ?? process.env.BPFLEDGER_TOKENS_FILE;
    if (!file) throw new UsageError('token needs --tokens-file FILE, or BPFLEDGER_TOKENS_FILE');
    try {
      if (verb === 'list' && name === undefined) {
        const dataDir = flags['data-dir'] ?? configurationOf(process.env).dataDir;
        const uses = await readTokenUses(join(dataDir, TOKEN_USES_FILE));
        const rows = tokenRows(await readTokenEntries(file), uses);
        if (rows.length === 0) print.err(`there are no tokens in ${file}`);
        for (const line of tableLines(COLUMNS, rows, roomOf(print, flags.wide))) print.out(line);
        return EXIT.done;
      }
      if (name === undefined || extra !== undefined) throw wrongWords();
      if (verb === 'revoke') {
        await revokeToken(file, name);
        print.err(`revoked ${name}; the service stops accepting it at its next SIGHUP`);
        return EXIT.done;
      }
      if (verb !== 'create') throw wrongWords();
      const { role, hosts = '', expires, rate, concurrent } = flags;
      if (role === undefined)
        throw new UsageError('token create needs --role, such as --role reader');
      const created = await createToken(file, {
        name,
        role: roleOf(role),
        hosts: hosts.split(',').filter((host) => host !== ''),
        ...(expires !== undefined && { expires: timeOf(expires) }),
        ...(rate !== undefined && { requests_per_second: rateOf('rate', rate) }),
        ...(concurrent !== undefined && { requests_concurrent: rateOf('concurrent', concurrent) }),
      });
      print.out(created);
      if (hosts === '') print.err(`${name} is for no host; --hosts '*' is for all`);
      print.err(`the service knows ${name} from its next SIGHUP on`);
      return EXIT.done;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (error instanceof TokenChangeRefused) throw new InputError(error.message);
      throw new InputError(`${file}: ${error instanceof Error ? error.message : error}`);
    }
  },
});

const wrongWords = () =>
  new UsageError('type token create NAME --role R --hosts H, token list, or token revoke NAME');

function roleOf(text: string): TokenEntry['role'] {
  const role = ROLES.find((known) => known === text);
  if (role !== undefined) return role;
  throw new UsageError(`--role ${text}: there are ${ROLES.join(', ')}`);
}

/**
 * `90d` as the time that it is from now; other texts as they are. Throws when that is over: nobody
 * wants a token that nobody can use.
 */
function timeOf(text: string): string {
  const [, days] = /^(\d{1,5})d$/u.exec(text) ?? [];
  if (days !== undefined && days !== '0') {
    return new Date(Date.now() + Number(days) * DAY_MS).toISOString();
  }
  if (days === '0' || Date.parse(text) <= Date.now()) {
    throw new UsageError(`--expires ${text} is over; give a later time, such as 90d`);
  }
  if (Number.isNaN(Date.parse(text))) {
    throw new UsageError(`--expires ${text} is neither days (90d) nor an RFC 3339 time`);
  }
  return text;
}

function rateOf(flag: string, text: string): number {
  if (/^[1-9]\d{0,6}$/u.test(text)) return Number(text);
  throw new UsageError(`--${flag} ${text} is not a whole number from 1 on`);
}

const COLUMNS: readonly Column[] = [
  { title: 'name', cut: { at: 'end', to: 12 } },
  { title: 'role' },
  { title: 'expires', rank: 1 },
  { title: 'last used', rank: 2 },
  { title: 'rate', rank: 3 },
  { title: 'hosts', cut: { at: 'end', to: 12 } },
];

function tokenRows(entries: readonly TokenEntry[], uses: TokenTimes): string[][] {
  return entries.map(({ name, role, hosts, expires, ...rates }) => {
    const isOver = expires !== undefined && Date.parse(expires) <= Date.now();
    const end = isOver ? 'over' : secondOf(expires === undefined ? undefined : Date.parse(expires));
    const lastUse = uses.get(`token:${name}`);
    const { requests_per_second: perSecond = '-', requests_concurrent: concurrent = '-' } = rates;
    const used = secondOf(lastUse === undefined ? undefined : lastUse / 1000);
    return [name, role, end, used, `${perSecond}/${concurrent}`, hosts.join(' ')];
  });
}

/** @param ms milliseconds since the epoch */
function secondOf(ms: number | undefined): string {
  return ms === undefined ? 'never' : `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
