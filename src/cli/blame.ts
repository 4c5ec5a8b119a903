/** `bpfledger blame`: what runs on a cgroup, and who put each program there. */
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import {
  AT_FLAG,
  oneHost,
  PLACE_FLAGS,
  placeFrom,
  printAnswer,
  SERVICE_FLAGS,
} from './question.ts';

export const blame = command({
  usage: 'HOST --cgroup CGROUP --type TYPE [options]',
  about:
    'Prints the programs that run on a cgroup for an attach type, in order. For each it shows who\n' +
    'loaded it, who attached it, who last updated its link, and who holds the link open.',
  flags: { ...PLACE_FLAGS, at: AT_FLAG, ...SERVICE_FLAGS },
  example: 'npx bpfledger blame demo --cgroup /system.slice/docker-4f1c9e.scope --type device',
  async run({ flags, words, print }) {
    const host = oneHost('blame', words);
    const query = { ...placeFrom('blame', flags), at: flags.at };
    await printAnswer({ flags, print }, { host, resource: 'effective', query, needsCgroup: true });
    return EXIT.done;
  },
});
