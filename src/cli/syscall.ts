/** `bpfledger syscall`: records calls on a host and prints what its kernel answers. */
import { hostPath } from '../client/host-path.ts';
import { linesOf } from '../client/lines.ts';
import { problemText, type RestClient, restClient, ServiceRefusal } from '../client/rest-client.ts';
import { requestFromWords } from './call-words.ts';
import { command, type Printer } from './command.ts';
import { eventLines, type WireEvent } from './event-text.ts';
import { EXIT, type ExitCode, InputError, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

export const syscall = command({
  usage: 'HOST (NAME field=value… | JSON | -) [options]',
  about:
    'Records one syscall and prints the event: what the kernel answered, and the effects. A call\n' +
    'that the kernel refuses is an event too, and the exit code is 0. "-" reads requests from\n' +
    'stdin, one JSON object a line ({"pid":1,"call":{"name":"mkdir","path":"/pod1"}}), and prints\n' +
    'each event when it is recorded. Commas separate the items of a list: flags=multi,before.',
  flags: {
    pid: { value: 'N', about: 'the process that makes the call (default 1, the boot process)' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: "the events as the API's JSON, one a line" },
  },
  example: 'npx bpfledger syscall web1 link_create prog_fd=3 target_path=/pod1 attach_type=egress',
  async run({ flags, words, print }) {
    const [host, ...call] = words;
    if (host === undefined) throw new UsageError('syscall needs a HOST; try bpfledger hosts list');
    const show = (event: WireEvent) => {
      if (flags.json) print.out(JSON.stringify(event));
      else for (const line of eventLines(event)) print.out(line);
    };
    const path = `${hostPath(host)}/syscalls`;
    const client = restClient(serviceFrom(flags));
    if (call.length === 1 && call[0] === '-') {
      if (flags.pid !== undefined)
        throw new UsageError('--pid does not go with "-": give the pid in each line');
      return streamCalls(client, path, { show, print });
    }
    show(await client.post<WireEvent>(path, requestFromWords('syscall', call, flags.pid)));
    const mount = call.find((word) => /^(target_)?path=\/sys\/fs\/cgroup(\/|$)/u.test(word));
    if (mount !== undefined) {
      const own = mount.slice(mount.indexOf('=') + 1 + '/sys/fs/cgroup'.length) || '/';
      print.err(`hint: paths begin at the root of the cgroups: ${own}`);
    }
    return EXIT.done;
  },
});

/** What the service says in place of an event, where it goes on no further. */
interface RefusedLine {
  readonly status: number;
  readonly line?: number;
}

/** The service could not read a line, or found it wrong. */
const BAD_LINE: readonly number[] = [400, 422];

/** Posts stdin as it comes and prints the answers as they come. */
async function streamCalls(
  client: RestClient,
  path: string,
  { show, print }: { readonly show: (event: WireEvent) => void; readonly print: Printer },
): Promise<ExitCode> {
  const response = await client
    .open(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: ReadableStream.from(process.stdin) as unknown as NonNullable<RequestInit['body']>,
      duplex: 'half',
    })
    .catch((error: unknown) => {
      // Nothing is answered yet, so it is the first line that is wrong.
      if (!(error instanceof ServiceRefusal) || error.slug !== 'malformed-body') throw error;
      throw new InputError('line 1 of stdin is not JSON');
    });
  if (response.body === null) throw new Error('the service answered without a body');
  for await (const line of linesOf(response.body)) {
    const answer = JSON.parse(line) as WireEvent | RefusedLine;
    if ('status' in answer) {
      const { status, line: at } = answer;
      const where = at === undefined ? '' : `line ${at}: `;
      print.err(`bpfledger: ${where}${problemText(line, status)}`);
      if (at !== undefined && at > 1) print.err(`what stands before line ${at} is recorded`);
      return BAD_LINE.includes(status) ? EXIT.usage : EXIT.failed;
    }
    show(answer);
  }
  return EXIT.done;
}
