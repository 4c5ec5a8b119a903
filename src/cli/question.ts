/** What the commands share that ask a question about a host: flags, and printing the answer. */
import { hostPath } from '../client/host-path.ts';
import { type RestClient, restClient, ServiceRefusal } from '../client/rest-client.ts';
import type { Printer } from './command.ts';
import { sentenceOf, UsageError } from './exit-code.ts';
import { cgroupsMeant, requireCgroup } from './named/cgroups.ts';
import { hostsMeant } from './named/hosts.ts';
import { programMeant } from './named/programs.ts';
import { type ServiceFlags, serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';
import { spareText } from './spare-text.ts';
import { roomOf, WIDE_FLAG } from './table.ts';

const MOMENT = 'a position, a time (03:12, 10m ago, RFC 3339), or the end of a boot (boot:2)';

export const SERVICE_FLAGS = {
  url: URL_FLAG,
  'token-file': TOKEN_FILE_FLAG,
  json: { about: "the API's answer as JSON" },
  wide: WIDE_FLAG,
} as const;

export const AT_FLAG = { value: 'MOMENT', about: `${MOMENT}; default: the head` } as const;

export const SPAN_FLAGS = {
  from: { value: 'MOMENT', about: `${MOMENT}; default: the first position` },
  to: { value: 'MOMENT', about: 'where to end; default: the head' },
} as const;

export const PROGRAM_FLAG = {
  value: 'PROGRAM',
  about: 'the program: its name, tag, or id in the boot of the moment',
} as const;

export const PLACE_FLAGS = {
  cgroup: { value: 'CGROUP', about: 'path of the cgroup, its last part, a pattern, or its id' },
  type: { value: 'TYPE', about: 'attach type, in any spelling: egress, cgroup_inet_egress' },
} as const;

export interface ClientOptions {
  readonly flags: ServiceFlags & {
    readonly json: true | undefined;
    readonly wide: string | true | undefined;
  };
  readonly print: Printer;
}

export interface Question {
  /** A name, or a pattern of names. */
  readonly host: string;
  /** Below the host: `gaps`, `links/7/history`. */
  readonly resource: string;
  /** What is undefined is left out. */
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Is refused here when the log never had the cgroup, in place of an answer about nothing. */
  readonly needsCgroup?: true;
}

/** The path of a question below the service's address. */
export function questionPath({ host, resource, query }: Question): string {
  const given = Object.entries(query).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return `${hostPath(host)}/${resource}?${new URLSearchParams(given)}`;
}

/**
 * Asks the service and prints its answer: the text, or the JSON in one line. Where the host or the
 * cgroup is a pattern it asks about each that fits.
 */
export async function printAnswer(options: ClientOptions, question: Question): Promise<void> {
  const client = restClient(serviceFrom(options.flags));
  const hosts = await hostsMeant(client, question.host);
  for (const host of hosts) {
    if (hosts.length > 1 && !options.flags.json) options.print.out(`host ${host}`);
    const questions = await namedQuestions(client, { ...question, host });
    for (const one of questions) {
      await printOne(client, options, one).catch((error: unknown) => {
        if (questions.length === 1 || !isMissing(error)) throw error;
        options.print.err(sentenceOf(error));
      });
    }
  }
}

/** A pattern also fits cgroups that are not there at the moment that is asked about. */
function isMissing(error: unknown): boolean {
  return error instanceof ServiceRefusal && error.slug === 'no-such-object';
}

async function printOne(
  client: RestClient,
  { flags, print }: ClientOptions,
  question: Question,
): Promise<void> {
  if (flags.json) {
    print.out(JSON.stringify(await client.get<object>(questionPath(question))));
    return;
  }
  const query = { ...question.query, format: 'text' };
  const response = await client.open(questionPath({ ...question, query }));
  const lines = (await response.text()).trimEnd().split('\n');
  for (const line of lines) print.out(spareLine(line, { flags, print }));
}

/** The question with ids and paths in place of names, once for each cgroup that is meant. */
async function namedQuestions(client: RestClient, question: Question): Promise<Question[]> {
  const { host, query } = question;
  const where = { client, host, at: query.at ?? query.to };
  const named: Record<string, string | undefined> = { ...query };
  if (named.program !== undefined) named.program = await programMeant(named.program, where);
  const [, verb, program] = /^(has|lacks):(.+)$/u.exec(named.condition ?? '') ?? [];
  if (program !== undefined) named.condition = `${verb}:${await programMeant(program, where)}`;
  if (named.cgroup === undefined) return [{ ...question, query: named }];
  const cgroups = await cgroupsMeant(named.cgroup, where);
  if (question.needsCgroup) {
    for (const cgroup of cgroups) await requireCgroup(cgroup, query.attach_type, where);
  }
  return cgroups.map((cgroup) => ({ ...question, query: { ...named, cgroup } }));
}

/** A line of an answer, as whoever reads it needs it. */
export function spareLine(
  line: string,
  {
    flags,
    print,
  }: { readonly flags: { readonly wide: string | true | undefined }; readonly print: Printer },
): string {
  return roomOf(print, flags.wide) === undefined ? line : spareText(line, new Date());
}

/** The one host that a command line names. Throws `UsageError`. */
export function oneHost(name: string, words: readonly string[]): string {
  const [host, extra] = words;
  if (host === undefined) throw new UsageError(`${name} needs one HOST`);
  if (extra === undefined) return host;
  throw new UsageError(
    `${name} takes one HOST, and "${extra}" came after ${host}; all else are flags: bpfledger help ${name}`,
  );
}

/** A flag that must be given. Throws `UsageError` with an example of it. */
export function requireFlag(
  name: string,
  flag: string,
  given: string | undefined,
  example: string,
): string {
  if (given !== undefined) return given;
  throw new UsageError(`${name} needs --${flag}, such as --${flag} ${example}`);
}

/** The place that the flags `cgroup` and `type` name. Throws `UsageError`. */
export function placeFrom(
  name: string,
  flags: { readonly cgroup: string | undefined; readonly type: string | undefined },
): { readonly cgroup: string; readonly attach_type: string } {
  return {
    cgroup: requireFlag(name, 'cgroup', flags.cgroup, '/system.slice'),
    attach_type: requireFlag(name, 'type', flags.type, 'egress'),
  };
}
