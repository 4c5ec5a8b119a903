/** `bpfledger verify`: whether a log is what was recorded; of a host, or of an exported file. */
import { createReadStream, existsSync } from 'node:fs';
import { restClient } from '../recorders/rest-client.ts';
import { type BundleVerification, verifyBundle } from '../time-travel/verify/bundle.ts';
import { command } from './command.ts';
import { EXIT, InputError, sentenceOf, UsageError } from './exit-code.ts';
import { serviceFrom, TOKEN_FLAG, URL_FLAG } from './service-flags.ts';
import { type Verdicts, verdictLines } from './verdict-text.ts';

const KEY_ID = /^[0-9a-f]{16}$/u;

export const verify = command({
  usage: 'HOST | FILE [options]',
  about:
    'Says whether a log is what was recorded, in separate verdicts. chain: the stored bytes give\n' +
    'the stored hashes, and those that checkpoints were signed for. projections: derived anew\n' +
    "from the log, they are those in the tables. outcomes: today's rules answer each call as the\n" +
    'log says. A FILE that bpfledger export wrote is verified here, without any service. Exit\n' +
    'code 1 when a verdict fails.',
  flags: {
    key: { value: 'ID', about: 'of a file: believe only checkpoints of this key (GET /v1/keys)' },
    url: URL_FLAG,
    token: TOKEN_FLAG,
    json: { about: 'the verdicts as JSON' },
  },
  example: 'npx bpfledger verify demo',
  async run({ flags, words, print }) {
    const [subject, extra] = words;
    if (subject === undefined || extra !== undefined) {
      throw new UsageError('verify needs one HOST, or one FILE that bpfledger export wrote');
    }
    const { key } = flags;
    if (key !== undefined && !KEY_ID.test(key)) {
      throw new UsageError(`--key ${key} is no key id: they have 16 hexadecimal digits`);
    }
    const isFile = existsSync(subject);
    if (key !== undefined && !isFile) throw new UsageError('--key goes with a FILE');
    const verdicts = isFile ? await ofFile(subject, key) : await ofHost(subject, flags);
    for (const line of flags.json ? [JSON.stringify(verdicts)] : verdictLines(verdicts)) {
      print.out(line);
    }
    return verdicts.holds ? EXIT.done : EXIT.differs;
  },
});

async function ofHost(host: string, flags: Parameters<typeof serviceFrom>[0]): Promise<Verdicts> {
  const client = restClient(serviceFrom(flags));
  // It reads the whole log: the time that other requests may take says nothing here.
  const answer = await client.open(`/v1/hosts/${encodeURIComponent(host)}/verify`);
  return (await answer.json()) as Verdicts;
}

async function ofFile(file: string, key: string | undefined): Promise<BundleVerification> {
  return verifyBundle(createReadStream(file), key).catch((error: unknown) => {
    throw new InputError(`${file}: ${sentenceOf(error)}`);
  });
}
