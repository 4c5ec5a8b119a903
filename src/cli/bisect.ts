/** `bpfledger bisect`: the first position at which a condition on an effective array holds. */
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { PLACE_FLAGS, placeFrom, printAnswer, SERVICE_FLAGS, SPAN_FLAGS } from './question.ts';

export const bisect = command({
  usage: 'HOST CONDITION --cgroup CGROUP --type TYPE [options]',
  about:
    'Finds the first position at which a condition holds on the effective array of a cgroup, and\n' +
    'prints the event there, and what ran before and after it. CONDITION is lacks:PROGRAM,\n' +
    'has:PROGRAM, empty, filled, or differs:HOST, which compares programs by name and instructions\n' +
    'at equal positions.',
  flags: { ...PLACE_FLAGS, ...SPAN_FLAGS, ...SERVICE_FLAGS },
  example:
    'npx bpfledger bisect demo lacks:5001 --from 10 --cgroup /system.slice/docker-4f1c9e.scope --type device',
  async run({ flags, words, print }) {
    const [host, condition, extra] = words;
    if (host === undefined || condition === undefined || extra !== undefined) {
      throw new UsageError('bisect needs a HOST and a CONDITION, such as bisect demo empty');
    }
    const { from, to } = flags;
    const query = { condition, ...placeFrom('bisect', flags), from, to };
    await printAnswer({ flags, print }, { host, resource: 'bisect', query });
    return EXIT.done;
  },
});
