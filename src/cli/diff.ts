/** `bpfledger diff`: what changed on a host between two moments, and who changed it. */
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import { oneHost, printAnswer, SERVICE_FLAGS, SPAN_FLAGS } from './question.ts';

export const diff = command({
  usage: 'HOST [options]',
  about:
    'Prints what changed between two moments: effective arrays slot by slot, lists, cgroups,\n' +
    'programs, links, maps, pins, processes (+ added, - removed, > moved, ~ changed). Each change\n' +
    'shows the positions of its events, and these events are listed at the end.',
  flags: { ...SPAN_FLAGS, ...SERVICE_FLAGS },
  example: 'npx bpfledger diff demo --from 20 --to 30',
  async run({ flags, words, print }) {
    const host = oneHost('diff', words);
    const { from, to } = flags;
    await printAnswer({ flags, print }, { host, resource: 'diff', query: { from, to } });
    return EXIT.done;
  },
});
