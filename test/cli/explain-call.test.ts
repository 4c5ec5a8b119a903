// What explain-call says of a call is what docs/errno and the model say.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bpfledger, root } from '../support/command.ts';

const PATIENCE = { timeout: 60_000 };

it('tells fields, flags, and errnos in the order of that release', PATIENCE, async () => {
  const { code, out } = await bpfledger(['explain-call', 'prog_attach', '--release', '6.1']);
  expect(code).toBe(0);
  const lines = out.split('\n');
  expect(lines[0]).toMatch(/^prog_attach on 6\.1\.\d+ /u);
  expect(lines).toContain('  flags     override, multi, replace');
  expect(lines).toContain('  unknown   before, after, id, preorder, link: EINVAL');
  const errnos = lines.filter((line) => /^ {4}\S/u.test(line)).map((line) => line.trim());
  // Before 6.6 the attr ends before the revision, so no call fails by that.
  expect(errnos.slice(0, 2)).toEqual([
    'EINVAL      bytes after the last field, replace_bpf_fd  [CHECK_ATTR §5]',
    'EINVAL      attach type 100 is unknown  [attach_type_to_prog_type §2.3]',
  ]);
  expect(out).not.toContain('ESTALE');
});

it('tells what docs/errno has in the column of a release', PATIENCE, async () => {
  const { out } = await bpfledger([
    ...['explain-call', 'prog_attach', '--release', '6.18', '--json'],
  ]);
  const [{ title, checks }] = JSON.parse(out).errnos;
  expect(title).toBe('Everything is wrong');
  const page = readFileSync(join(root, 'docs/errno/prog_attach.md'), 'utf8');
  const rows =
    page
      .split('\n## ', 2)[1]
      ?.split('\n')
      .filter((line) => /^\| \d/u.test(line)) ?? [];
  // The last column but one is 6.17 and later; a dash stands for a check that is not made there.
  const column = rows.map((row) => row.split(' | ')).map((cells) => [cells.at(-2), cells[1]]);
  const made = column.filter(([errno]) => errno !== '–' && errno !== '·');
  expect(checks.map(({ errno, fault }: never) => [errno, fault])).toEqual(made);
  expect(made.map(([errno]) => errno)).toContain('ESTALE');
});

it('knows the flag of link_update, and names a call that was meant', PATIENCE, async () => {
  const { out } = await bpfledger(['explain-call', 'link_update', '--release', '5.10', '--json']);
  expect(JSON.parse(out).flags.known).toEqual(['replace']);
  const { code, err } = await bpfledger(['explain-call', 'prog_atach']);
  expect(code).toBe(2);
  expect(err).toContain('there is no call prog_atach; did you mean "prog_attach"?');
});
