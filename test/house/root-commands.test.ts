// Root names our command by a real path, or by a command that root installed: outside of a checkout,
// `npx bpfledger` runs whatever a registry has by that name.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const PLACES = ['*.md', '*.ini', '.ci', 'collector', 'deploy', 'scripts', 'src', 'package.json'];
const texts = execFileSync('git', ['ls-files', '-z', ...PLACES], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && existsSync(join(root, path)))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

/** What takes root, whoever types it. */
const OF_ROOT =
  /\bnpx (?:-\S+ )*bpfledger (?:adopt(?!.*--from-bpftool)|executor|fuzz|golden record|observe|releases probe|run .*--kernel live)\b/u;
/** A program that makes root of its caller, before `npx` in the same command. */
const BY_SUDO = /\b(?:sudo|doas|pkexec|runuser|su|as_root)\b[^`|;&\n]*\bnpx\b/u;
/** Root's prompt, and the user of a line for cron. */
const AT_ROOTS_PROMPT = /^\s*# npx\b|^(?:[\d*,/-]+ ){5}root .*\bnpx\b/u;
/** A folder in which only root writes. */
const INTO_ROOTS_FOLDER =
  /\bnpx (?:-\S+ )*bpfledger\b[^`;|&\n]*[ =](?:>+ ?)?\/(?:etc|var|opt|usr|run)\//u;
const FORMS = [OF_ROOT, BY_SUDO, AT_ROOTS_PROMPT, INTO_ROOTS_FOLDER];

/** A unit, an image, a list of services: who runs it is not written there, or it is root. */
const IS_DEPLOYED = /^deploy\/(?!.*\.md$)/u;
const SETS_COMMAND = /^\s*(?:Exec\w+=|CMD\b|ENTRYPOINT\b|RUN\b).*\bnpx\b/u;

/** The commands of a text that run `npx` as root. */
function listNpxOfRoot(path: string, text: string): string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  const isRoots = path.endsWith('.md') ? linesOfRoot(lines) : new Set<number>();
  return lines.filter((line, i) => {
    if (!/\bnpx\b/u.test(line)) return false;
    return (
      FORMS.some((form) => form.test(line)) ||
      SETS_COMMAND.test(line) ||
      IS_DEPLOYED.test(path) ||
      isRoots.has(i)
    );
  });
}

/** The lines of a page that are typed "as root": of a block whose paragraph says so, and such sentences. */
function linesOfRoot(lines: readonly string[]): ReadonlySet<number> {
  const found = new Set<number>();
  let paragraph = '';
  let isBlock = false;
  for (const [i, line] of lines.entries()) {
    if (line.trimStart().startsWith('```')) isBlock = !isBlock;
    else if (isBlock) {
      if (/\bas root\b/iu.test(paragraph)) found.add(i);
    } else {
      if (line.trim() !== '') paragraph = line;
      const sentences = line.split(/(?<=[.;:]) /u);
      if (sentences.some((one) => /\bas root\b/iu.test(one) && /`npx /u.test(one))) found.add(i);
    }
  }
  return found;
}

it.each([
  ['deploy/systemd/x.service', 'ExecStart=/usr/bin/npx bpfledger serve'],
  ['deploy/compose.yaml', '    command: ["npx", "bpfledger", "serve"]'],
  ['docs/x.md', '```ini\nExecStartPre=npx bpfledger migrate\n```'],
  ['docs/x.md', '```sh\nsudo npx bpfledger verify web1\n```'],
  ['docs/x.md', '`sudo -E DATABASE_URL=x npx bpfledger migrate`'],
  ['docs/x.md', 'As root:\n\n```sh\nmkdir x\nnpx bpfledger verify web1\n```'],
  ['docs/x.md', 'Type `npx bpfledger migrate` as root.'],
  ['docs/x.md', '```sh\nnpx bpfledger observe --host web1\n```'],
  ['docs/x.md', '```sh\nnpx bpfledger run --release 6.1 \\\n  --kernel live -- ./x\n```'],
  ['docs/x.md', '```console\n# npx bpfledger verify web1\n```'],
  ['docs/x.md', '```sh\nnpx bpfledger token create ci --tokens-file /etc/bpfledger/tokens\n```'],
  ['docs/x.md', '```\n0 3 * * * root cd / && npx bpfledger verify web1\n```'],
  ['scripts/x.sh', 'as_root npx bpfledger verify web1'],
  ['src/cli/x.ts', "  example: 'npx bpfledger executor web1 --bpffs /x',"],
])('sees it in %s: %j', (path, text) => {
  expect(listNpxOfRoot(path, text)).toHaveLength(1);
});

it.each([
  ['deploy/README.md', '```sh\nnpx bpfledger token create me --tokens-file tokens\n```'],
  [
    'docs/x.md',
    'As root:\n\n```sh\nbpfledger observe\n```\n\nThen ask:\n\n```sh\nnpx bpfledger tree\n```',
  ],
  ['docs/x.md', 'Root links it, as root does. Outside, `npx bpfledger` would run anything.'],
  ['docs/x.md', '```sh\nnpx bpfledger adopt --host rack1 --from-bpftool rack1/*\n```'],
  ['docs/x.md', '```sh\nsudo make install; npx bpfledger tree demo --path /etc\n```'],
])('sees none in %s: %j', (path, text) => {
  expect(listNpxOfRoot(path, text)).toEqual([]);
});

it('nobody is told to run npx as root', () => {
  const found = texts.flatMap(({ path, text }) =>
    listNpxOfRoot(path, text).map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
  expect(texts.filter(({ text }) => text.includes('npx bpfledger')).length).toBeGreaterThan(50);
});

it('knows each command that an example makes as root', () => {
  const examples = texts.flatMap(({ path, text }) =>
    path.startsWith('src/cli/') ? [...text.matchAll(/'sudo \S+\/bpfledger\.js (.*)',$/gmu)] : [],
  );
  expect(examples.length).toBeGreaterThan(5);
  const commands = examples.map(([, words]) => `npx bpfledger ${words}`);
  expect(commands.filter((one) => !OF_ROOT.test(one))).toEqual([]);
});
