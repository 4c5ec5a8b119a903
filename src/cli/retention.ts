/** `bpfledger retention`: cuts the log of a host, as the owner of the database, or shows where it is cut. */
import { command } from './command.ts';
import { UsageError } from './exit-code.ts';
import { SPOKEN_FORMS } from './spoken-moment.ts';
import { STORAGE_FLAGS } from './storage-flags.ts';

const KEY_ID = /^[0-9a-f]{16}$/u;

const FLAGS = {
  before: {
    value: 'MOMENT',
    about: `for trim: ${SPOKEN_FORMS}, an RFC 3339 time, a position, or boot:2, where it begins`,
  },
  key: { value: 'ID', about: 'for trim: only checkpoints of this key count (GET /v1/keys)' },
  yes: { about: 'for trim: really do it; without it, the command only shows what would go' },
  reason: { value: 'TEXT', about: 'for trim: why; kept with the record of the cut' },
  ...STORAGE_FLAGS,
  json: { about: 'as JSON' },
} as const;

export const retention = command({
  usage: 'trim HOST --before MOMENT --yes | show HOST [options]',
  about:
    'trim: cuts the log of a host at the last checkpoint before the moment, for ever, as the owner of\n' +
    'the database (--database-url, --data-dir); the service may run meanwhile on PostgreSQL. The state\n' +
    'there stays, and so do the events that say who made what is alive there; the other events before\n' +
    'it go. It is refused while branches read the log, or an executor has not reported so far. To go on\n' +
    'with a trim that was stopped, type it again. show: where the log of a host is cut, by whom and when.',
  flags: FLAGS,
  example: "npx bpfledger retention trim demo --before '30d ago'",
  async run({ flags, words, print }) {
    const [verb, host, extra] = words;
    const isOne = host !== undefined && extra === undefined;
    if (!isOne || (verb !== 'trim' && verb !== 'show')) {
      throw new UsageError('type retention trim HOST --before MOMENT, or retention show HOST');
    }
    const { before, key, reason = '', yes = false, json = false } = flags;
    // They import the whole service, which takes long to load.
    const { storageFrom } = await import('./settings.ts');
    const { showCuts, trimHost } = await import('./trim-host.ts');
    const configuration = storageFrom(flags, process.env);
    if (verb === 'show') {
      if (before !== undefined || yes) throw new UsageError('--before and --yes go with trim');
      return showCuts({ host, configuration, json, print });
    }
    if (before === undefined) {
      throw new UsageError(
        `retention trim needs a moment; try retention trim ${host} --before '30d ago'`,
      );
    }
    if (key !== undefined && !KEY_ID.test(key)) {
      throw new UsageError(`--key ${key} is not a key id, which has 16 hexadecimal digits`);
    }
    return trimHost({ host, before, key, reason, configuration, isConfirmed: yes, json, print });
  },
});
