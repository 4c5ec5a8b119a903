/** `bpfledger reboot`: boots a host again, on the same kernel or another. */
import { hostPath } from '../client/host-path.ts';
import { restClient } from '../client/rest-client.ts';
import { command } from './command.ts';
import { EXIT } from './exit-code.ts';
import { oneHost } from './question.ts';
import { releaseNote } from './release-note.ts';
import { serviceFrom, TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

interface BootEvent {
  readonly position: number;
  readonly boot: number;
  readonly call: { readonly release: string };
}

export const reboot = command({
  usage: 'HOST [options]',
  about:
    'Records that a host booted again: every process, fd, link, program, map, pin and cgroup of the\n' +
    'boot before ends. A token needs the role admin.',
  flags: {
    release: { value: 'R', about: 'the kernel that it boots (default: the same as before)' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: "the event as the API's JSON" },
  },
  example: 'npx bpfledger reboot web1 --release 7.3',
  async run({ flags, words, print }) {
    const host = oneHost('reboot', words);
    const { release } = flags;
    const client = restClient(serviceFrom(flags));
    const event = await client.post<BootEvent>(`${hostPath(host)}/reboot`, {
      ...(release !== undefined && { release }),
    });
    const { position, boot, call } = event;
    const told = `host ${host} is in boot ${boot}, on ${call.release}, since position ${position}`;
    print.out(flags.json ? JSON.stringify(event) : told);
    const note = release === undefined ? undefined : releaseNote(call.release);
    if (note !== undefined) print.err(note);
    return EXIT.done;
  },
});
