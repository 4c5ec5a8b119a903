/** `bpfledger plan`: what calls would be answered and change, and what in them may not be meant. */

import { text } from 'node:stream/consumers';
import { hostPath } from '../client/host-path.ts';
import { restClient } from '../client/rest-client.ts';
import { requestFromWords } from './call-words.ts';
import { command } from './command.ts';
import { answerText, effectLine } from './event-text.ts';
import { EXIT, InputError, UsageError } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

export const plan = command({
  usage: 'HOST (NAME field=value… | JSON | -) [options]',
  about:
    'Shows what syscalls would do, and records nothing: what the kernel would answer, the effects,\n' +
    'the effective arrays before and after, and warnings. "-" reads requests from stdin, one JSON\n' +
    'object a line; a request may use an earlier result: {"prog_fd":{"result_of":0}}. The exit\n' +
    'code is 1 when there are warnings, or when the kernel would refuse a call.',
  flags: {
    pid: { value: 'N', about: 'the process that makes the call (default 1, the boot process)' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: "the whole plan as the API's JSON, in one line" },
  },
  example:
    'npx bpfledger plan web1 prog_attach attach_bpf_fd=3 target_path=/pod1 attach_type=egress',
  async run({ flags, words, print }) {
    const [host, ...call] = words;
    if (host === undefined) throw new UsageError('plan needs a HOST; try bpfledger hosts list');
    const fromInput = call.length === 1 && call[0] === '-';
    if (fromInput && flags.pid !== undefined) {
      throw new UsageError('--pid does not go with "-": give the pid in each line');
    }
    const body = fromInput ? await requestsFromInput() : requestFromWords('plan', call, flags.pid);
    const client = restClient(serviceFrom(flags));
    const path = `${hostPath(await hostMeant(client, host))}/plan`;
    const planned = await client.post<PlanAnswer>(path, body);
    const lines = flags.json ? [JSON.stringify(planned)] : planLines(planned);
    for (const line of lines) print.out(line);
    const isRefused = planned.calls.some(({ outcome }) => outcome.errno !== undefined);
    return isRefused || planned.warnings.length > 0 ? EXIT.differs : EXIT.done;
  },
});

interface PlanSlot {
  readonly prog_id: number;
  readonly prog_name?: string;
  readonly link_id?: number;
}

interface PlanAnswer {
  readonly calls: readonly {
    readonly pid: number;
    readonly comm: string;
    readonly call: { readonly name: string };
    readonly outcome: Parameters<typeof answerText>[0];
    readonly effects: readonly Parameters<typeof effectLine>[0][];
  }[];
  readonly changed: readonly {
    readonly path: string;
    readonly attach_type: string;
    readonly before: readonly PlanSlot[];
    readonly after: readonly PlanSlot[];
  }[];
  readonly warnings: readonly {
    readonly call: number;
    readonly kind: string;
    readonly sentence: string;
    readonly positions: readonly number[];
  }[];
  readonly truncated: boolean;
}

async function requestsFromInput(): Promise<unknown[]> {
  const lines = (await text(process.stdin)).split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown;
    } catch {
      throw new InputError(`line ${i + 1} of stdin is not JSON`);
    }
  });
}

function planLines({ calls, changed, warnings, truncated }: PlanAnswer): string[] {
  const answered = calls.flatMap(({ pid, comm, call, outcome, effects }, i) => [
    `${i}  ${comm}[${pid}] ${call.name} = ${answerText(outcome)}`,
    ...effects.map(effectLine),
  ]);
  const arrays = changed.map(
    ({ path, attach_type, before, after }) =>
      `changes ${path} ${attach_type}: [${slotsText(before)}] -> [${slotsText(after)}]`,
  );
  const warned = warnings.map(({ call, kind, sentence, positions }) => {
    const since = positions.length === 0 ? '' : ` (see position ${positions.join(', ')})`;
    return `warning ${kind}, call ${call}: ${sentence}${since}`;
  });
  return [...answered, ...arrays, ...warned, ...(truncated ? ['and more of these'] : [])];
}

function slotsText(slots: readonly PlanSlot[]): string {
  return slots
    .map(
      ({ prog_id, prog_name, link_id }) =>
        `${prog_id}${prog_name === undefined ? '' : ` ${prog_name}`}` +
        `${link_id === undefined ? '' : ` by link ${link_id}`}`,
    )
    .join(', ');
}
