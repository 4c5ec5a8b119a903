/** `bpfledger explain`: why a program runs on a cgroup, or does not. */
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import {
  AT_FLAG,
  oneHost,
  PLACE_FLAGS,
  PROGRAM_FLAG,
  placeFrom,
  printAnswer,
  requireFlag,
  SERVICE_FLAGS,
} from './question.ts';

export const explain = command({
  usage: 'HOST --cgroup CGROUP --type TYPE --program P [options]',
  about:
    'Prints one sentence that says why a program is effective on a cgroup for an attach type, or\n' +
    'why it is not, the event that caused it, and the smallest change that would reverse it.',
  flags: {
    ...PLACE_FLAGS,
    program: PROGRAM_FLAG,
    at: AT_FLAG,
    ...SERVICE_FLAGS,
  },
  example:
    'npx bpfledger explain demo --cgroup /system.slice/docker-4f1c9e.scope --type device --program 5001',
  async run({ flags, words, print }) {
    const host = oneHost('explain', words);
    const program = requireFlag('explain', 'program', flags.program, 'sd_devices');
    const query = { ...placeFrom('explain', flags), program, at: flags.at };
    await printAnswer({ flags, print }, { host, resource: 'explain', query, needsCgroup: true });
    return EXIT.done;
  },
});
