// Names that came from a log cannot talk to the terminal of who reads them: no line of any command,
// and no text that the service answers, passes on a control character of a name.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, startTestService, type TestService } from '../api/running.ts';
import { bpfledger } from '../support/command.ts';

/** Sets the window's title, clears the screen, and begins a line of its own. */
const COMM = '\u001b]0;x\u0007\u001b[2J';
const CGROUP = '/a\u001b[31m\u009b0m\u202eb\rc';
const PIN = '/p\u001b[2K\nfaked: all is well';

const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come.
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

const PATIENCE = { timeout: 60_000 };

let service: TestService;
let at: readonly string[];
let folder: string;

beforeAll(async () => {
  service = await startTestService();
  at = ['--url', await service.listen()];
  folder = mkdtempSync(join(tmpdir(), 'bpfledger-printing-'));
  const made = await post(service.app, '/v1/hosts', { body: { name: 'h', release: '6.18' } });
  expect(made.status).toBe(201);
  const attach_type = 'cgroup_inet_egress';
  const calls = [
    { call: { name: 'mkdir', path: CGROUP } },
    { call: { name: 'exec', comm: COMM } },
    { call: { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: attach_type } },
    { call: { name: 'prog_attach', attach_bpf_fd: 3, target_path: CGROUP, attach_type } },
    { call: { name: 'obj_pin', bpf_fd: 3, path: PIN } },
    { call: { name: 'prog_attach', attach_bpf_fd: 3, target_path: `${CGROUP}/none`, attach_type } },
  ];
  for (const body of calls) {
    const response = await post(service.app, '/v1/hosts/h/syscalls', { body });
    expect([body.call.name, response.status]).toEqual([body.call.name, 200]);
  }
}, 120_000);
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const place = ['--cgroup', CGROUP, '--type', 'egress'];

describe('a command shows what a name would do to the terminal', () => {
  it.each([
    [['events', 'list', 'h'], '\\x1b[2J'],
    [['events', 'list', 'h', '--json'], '\\u001b[2J'],
    [['cgroups', 'h'], '\\x1b[31m\\u009b0m\\u202eb\\x0dc'],
    [['tree', 'h'], '\\x1b[31m'],
    [['at', 'h', '7'], '\\x1b[31m'],
    [['blame', 'h', ...place], '\\x1b[2J'],
    [['explain', 'h', ...place, '--program', '1'], '\\x1b[31m'],
    [['history', 'h', 'program', '1'], '\\x0afaked'],
    [['diff', 'h', '--from', '1'], '\\x0afaked'],
    [['gaps', 'h', ...place], '\\x1b[31m'],
    [['no\u001b[2Jcommand'], '\\x1b[2J'],
  ] as const)('%j', PATIENCE, async (words, shown) => {
    const { out, err } = await bpfledger([...words, ...at]);
    expect(out + err).toContain(shown);
    expect(out + err).not.toMatch(UNPRINTABLE);
    expect(out).not.toMatch(/^faked/m);
  });
});

it('the texts of the service do so too', async () => {
  const query = new URLSearchParams({ cgroup: CGROUP, attach_type: 'egress', format: 'text' });
  const response = await service.app.request(`/v1/hosts/h/effective?${query}`);
  const text = await response.text();
  expect(text).toContain('\\x1b[31m');
  expect(text).not.toMatch(UNPRINTABLE);
});
