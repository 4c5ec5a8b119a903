/** `bpfledger serve`: runs the service until a signal stops it. */

import { restClient } from '../client/rest-client.ts';
import { FolderInUse } from '../events/storage/folder-lock.ts';
import { type Configuration, type Running, startService } from '../main.ts';
import { command, type Printer } from './command.ts';
import type { Demo } from './demo.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { reachable, tokenFrom, withUrl } from './service-flags.ts';
import { configurationFrom, EPHEMERAL_FLAG, LISTEN_FLAGS, placeOf } from './settings.ts';
import { STORAGE_FLAGS } from './storage-flags.ts';

export const serve = command({
  usage: '[options]',
  about:
    'Runs the service: REST API, log, projections. Without DATABASE_URL the data is in an embedded\n' +
    'database (PGlite) in a folder, which one process can open at a time; serve updates its tables\n' +
    'at start. For PostgreSQL, run bpfledger migrate first. SIGINT or SIGTERM ends the service\n' +
    'when the requests under way are answered; a second signal ends it immediately. SIGHUP reads\n' +
    'the tokens file again.',
  flags: {
    ...LISTEN_FLAGS,
    ...STORAGE_FLAGS,
    ephemeral: EPHEMERAL_FLAG,
    demo: {
      about: 'also create the hosts "demo", with an incident, and "demo-links", for the tour',
    },
  },
  example: 'npx bpfledger serve --demo --ephemeral',
  outlivesReader: true,
  async run({ flags, words, print }) {
    if (words.length > 0) throw new UsageError(`serve takes no ${words[0]}; see --help`);
    const configuration = configurationFrom(flags, process.env);
    const told = waitForStop();
    let running: Running | undefined;
    // Without a listener the signal would end the process, also while it starts.
    process.on('SIGHUP', () => void running?.reload());
    running = await startService(configuration).catch(whyNotStarted);
    try {
      const demo = flags.demo ? await demoOn(running, configuration) : undefined;
      sayWhere(running, configuration, print);
      if (demo !== undefined) sayDemo(demo, print);
      const { tokensFile } = configuration;
      sayWhatNext(running, { demo, hasHosts: await hasHosts(running), tokensFile }, print);
      await Promise.race([told, running.lost]);
    } finally {
      await running.close();
    }
    return EXIT.done;
  },
});

/** Resolves at the first signal to stop; a second one ends the process as if there were no handler. */
function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const stopWaiting = () => {
      for (const signal of signals) process.off(signal, stopWaiting);
      resolve();
    };
    for (const signal of signals) process.on(signal, stopWaiting);
  });
}

/** The failures to start that a flag mends: the error names the flag. */
function whyNotStarted(error: unknown): never {
  if (error instanceof FolderInUse) {
    throw new Error(
      `${error.message}: stop that service, or name another folder with --data-dir; to ask the ` +
        'service that runs, give its address to a command by --url',
      { cause: error },
    );
  }
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
  throw new Error('the port is taken; choose another with --port, or 0 for any free one', {
    cause: error,
  });
}

async function demoOn({ url }: Running, { tokensFile }: Configuration): Promise<Demo> {
  const token = tokenFrom(undefined);
  if (tokensFile !== undefined && token === undefined) {
    throw new Error('--demo posts through the API: set BPFLEDGER_TOKEN to a token of role admin');
  }
  // Loaded where it is asked for.
  const { postDemo } = await import('./demo.ts');
  const { postLinksDemo } = await import('./demo-links.ts');
  const client = restClient({ url, token });
  await postLinksDemo(client);
  return postDemo(client);
}

function sayWhere({ url, storage }: Running, configuration: Configuration, print: Printer): void {
  print.out(`bpfledger listens on ${url} (pid ${process.pid})`);
  print.out(`  data     ${placeOf(configuration)}`);
  print.out(`  storage  ${storage}`);
  if (configuration.databaseUrl === undefined && !configuration.ephemeral) {
    print.out('           for a log of record set DATABASE_URL to a PostgreSQL (README.md)');
  }
}

function sayDemo({ host, scenario, about, recorded }: Demo, print: Printer): void {
  print.out(`  demo     host ${host} holds the incident ${scenario}`);
  if (!recorded) print.out('           from an earlier start');
  for (const line of about) print.out(`           ${line}`);
}

/** Whether there is a host already; not known, and taken for no, where the token may not tell. */
async function hasHosts({ url }: Running): Promise<boolean> {
  const client = restClient({ url, token: tokenFrom(undefined) });
  const page = await client
    .get<{ readonly items: readonly object[] }>('/v1/hosts?limit=1')
    .catch(() => undefined);
  return page !== undefined && page.items.length > 0;
}

interface Next {
  readonly demo: Demo | undefined;
  readonly hasHosts: boolean;
  /** Who may use the service has a token of this file; undefined: everybody may. */
  readonly tokensFile: string | undefined;
}

function sayWhatNext(
  running: Pick<Running, 'url'>,
  { demo, hasHosts, tokensFile }: Next,
  print: Printer,
): void {
  const url = reachable(running.url);
  const bearer = tokensFile === undefined ? '' : '-H "Authorization: Bearer $BPFLEDGER_TOKEN" ';
  const start = hasHosts ? 'hosts list' : 'hosts create web1 --release 6.18';
  const first = withUrl(
    `npx bpfledger ${demo === undefined ? start : `tree ${demo.host} --at 24`}`,
    url,
  );
  const second =
    demo === undefined
      ? withUrl(
          `npx bpfledger ${hasHosts ? 'events list HOST' : 'syscall web1 mkdir path=/pod1'}`,
          url,
        )
      : `curl ${bearer}'${url}/v1/hosts/${demo.host}/events?errno=ENOENT'`;
  print.out('Try next:');
  const page = demo === undefined ? `${url}/` : `${url}/#/demo-links?tour=1`;
  print.out(`  open ${page} in a browser${demo === undefined ? '' : ': a tour'}`);
  if (tokensFile !== undefined)
    print.out(`  export BPFLEDGER_TOKEN=TOKEN  # first, with a token of ${tokensFile}`);
  print.out(`  ${first}`);
  print.out(`  ${second}`);
}
