/** `bpfledger import`: an exported log, or what strace recorded, becomes a host of a service. */
import { command } from './command.ts';
import { UsageError } from './exit-code.ts';
import { importBundle } from './import/bundle.ts';
import { formatOf } from './import/format.ts';
import { importRecording } from './import/recording.ts';
import { TOKEN_FILE_FLAG, URL_FLAG } from './service-flags.ts';

export const importLog = command({
  usage: 'FILE [options]',
  about:
    'Imports a file: a bundle or a recording of strace, as its first bytes show.\n\n' +
    'A bundle: what bpfledger export wrote becomes a host with the same bytes and hashes. The file\n' +
    'is verified here first. When its chain does not hold, it prints what is wrong, sends nothing,\n' +
    'and exits with 1.\n\n' +
    'A recording of strace: what strace -f -ttt -yy -o FILE wrote becomes events of the host --as NAME, which is\n' +
    'created if it is not there (docs/import.md). The exit code is 1 when the kernel answered what\n' +
    'the rules of its release do not. Sent again, the same file is not recorded twice.\n\n' +
    'The token needs the role admin.',
  flags: {
    as: { value: 'NAME', about: 'name of the host; of a bundle, default: the one in the file' },
    format: { value: 'F', about: 'bundle or strace, in place of what the file looks like' },
    release: {
      value: 'R',
      about: 'strace: kernel of the host (default of a new one: what a loader gave the kernel)',
    },
    'cgroup-mount': {
      value: 'DIR',
      about: 'strace: where cgroup2 is mounted (default: as the recording looks)',
    },
    bpffs: { value: 'DIR', about: 'strace: where the bpffs is mounted (default: /sys/fs/bpf)' },
    url: URL_FLAG,
    'token-file': TOKEN_FILE_FLAG,
    json: { about: 'the answer as JSON' },
  },
  example: 'npx bpfledger import night.strace --as web1 --release 6.18',
  async run({ flags, words, print }) {
    const [file, extra] = words;
    if (file === undefined || extra !== undefined) throw new UsageError('import needs one FILE');
    const format = await formatOf(file, flags.format);
    if (format === 'strace') return importRecording(file, flags, print);
    for (const name of ['release', 'cgroup-mount', 'bpffs'] as const) {
      if (flags[name] !== undefined) throw new UsageError(`--${name} goes with a strace recording`);
    }
    return importBundle(file, flags, print);
  },
});
