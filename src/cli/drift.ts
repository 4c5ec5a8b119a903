/** `bpfledger drift`: where the kernel that an executor drives and the log of its host disagree. */

import { restClient } from '../client/rest-client.ts';
import { countText } from '../domain/count-text.ts';
import type { Difference, Repair } from '../executor/ledger/ledger.ts';
import { command } from './command.ts';
import { fieldsText } from './event-text.ts';
import { differenceLines, repairLines } from './executor-text.ts';
import { EXIT } from './exit-code.ts';
import { hostMeant } from './named/hosts.ts';
import { oneHost, questionPath, SERVICE_FLAGS } from './question.ts';
import { serviceFrom } from './service-flags.ts';

interface Drift {
  readonly reported_position: number;
  readonly standing: readonly Difference[];
  readonly standing_at: string | null;
  readonly items: readonly {
    readonly position: number;
    readonly how: string;
    readonly call: string;
    readonly log: Readonly<Record<string, unknown>>;
    readonly kernel: Readonly<Record<string, unknown>> | null;
    readonly note: string;
  }[];
  readonly repairs: readonly Repair[];
}

export const drift = command({
  usage: 'HOST [options]',
  about:
    'Prints where a real kernel and the log of a host disagree, as its executor last saw it: calls\n' +
    'that were answered differently, what differs now, and what was put back. The exit code is 1\n' +
    'when something differs now.',
  flags: SERVICE_FLAGS,
  example: 'npx bpfledger drift web1',
  async run({ flags, words, print }) {
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, oneHost('drift', words));
    const told = await client.get<Drift>(questionPath({ host, resource: 'drift', query: {} }));
    const { standing } = told;
    for (const line of flags.json ? [JSON.stringify(told)] : driftLines(told)) print.out(line);
    return standing.length === 0 ? EXIT.done : EXIT.differs;
  },
});

function driftLines({ reported_position, standing, standing_at, items, repairs }: Drift): string[] {
  if (reported_position === 0) return ['no executor has reported yet; see bpfledger executor'];
  return [
    ...items.map(({ position, how, call, log, kernel, note }) => {
      const answers = `log ${fieldsText(log, ' ')}, kernel ${fieldsText(kernel ?? {}, ' ') || 'nothing'}`;
      return `${position} ${call}: ${how}: ${answers}${note === '' ? '' : `: ${note}`}`;
    }),
    ...repairLines(repairs),
    ...differenceLines(standing),
    standing.length === 0
      ? `the kernel is as the log says, up to position ${reported_position}`
      : `${countText(standing.length, 'difference')}, seen at ${standing_at}`,
  ];
}
