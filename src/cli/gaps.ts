/** `bpfledger gaps`: when nothing ran on cgroups, or one program did not. */
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import {
  oneHost,
  PLACE_FLAGS,
  placeFrom,
  printAnswer,
  SERVICE_FLAGS,
  SPAN_FLAGS,
} from './question.ts';

export const gaps = command({
  usage: 'HOST --cgroup CGROUP[,CGROUP…] --type TYPE [options]',
  about:
    'Prints when the effective array of a cgroup was empty, or lacked a program, to the\n' +
    'microsecond, with the events that opened and closed each gap.',
  flags: {
    ...PLACE_FLAGS,
    program: {
      value: 'PROGRAM',
      about: 'gaps of this program: its name, tag or id (default: any)',
    },
    ...SPAN_FLAGS,
    ...SERVICE_FLAGS,
  },
  example:
    'npx bpfledger gaps demo --cgroup /system.slice/docker-4f1c9e.scope --type device --program 5001',
  async run({ flags, words, print }) {
    const host = oneHost('gaps', words);
    const { cgroup, attach_type } = placeFrom('gaps', flags);
    const { program, from, to } = flags;
    for (const one of cgroup.split(',')) {
      const query = { cgroup: one, attach_type, program, from, to };
      await printAnswer({ flags, print }, { host, resource: 'gaps', query, needsCgroup: true });
    }
    return EXIT.done;
  },
});
