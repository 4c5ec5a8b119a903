// What hostile requests are about: hosts, objects, branches and rules of one prefix, so that several
// worlds stand side by side on one service and none changes another.

import assert from 'node:assert/strict';
import type { Answer, Send } from './exchange.ts';

const CALLS = [
  { name: 'mkdir', path: '/pods' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'policy' },
  { name: 'link_create', prog_fd: 3, target_path: '/pods', attach_type: 'cgroup_inet_egress' },
  { name: 'obj_pin', bpf_fd: 3, path: '/p' },
  { name: 'map_create', map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 },
];
/** The release of each host. */
export const RELEASE = '6.18';
const JSON_HEADERS = { 'content-type': 'application/json' };

/** The names of what there is. */
export interface World {
  /** The host that most requests are about; all other names begin with its. */
  readonly host: string;
  readonly other: string;
  readonly branch: string;
  /** The ids of its rules. */
  readonly rules: readonly string[];
}

/** Whether a name is one of the world of a host. */
export const isOfWorld = (name: string, host: string) =>
  name === host || name.startsWith(`${host}-`);

/** Sends JSON. */
export const postTo = (send: Send, path: string, body: unknown): Promise<Answer> =>
  send(path, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) });

/** Makes a host. */
export async function makeHost(send: Send, name: string): Promise<void> {
  const { status, text } = await postTo(send, '/v1/hosts', { name, release: RELEASE });
  assert.equal(status, 201, text);
}

/**
 * Makes a world.
 *
 * @param host the name of its first host
 * @param ruleCount a service has room for fifty in all; where none is left, there are fewer
 */
export async function makeWorld(send: Send, host: string, ruleCount = 4): Promise<World> {
  const [other, branch] = [`${host}-2`, `${host}-b`];
  for (const name of [host, other]) {
    await makeHost(send, name);
    const calls = CALLS.map((call) => ({ call }));
    await postTo(send, `/v1/hosts/${name}/syscalls`, calls);
  }
  await postTo(send, `/v1/hosts/${host}/branches`, { name: branch });
  const rules: string[] = [];
  for (let nth = 1; nth <= ruleCount; nth++) {
    const filter = { call: 'mkdir' };
    const rule = { name: `${host}-r${nth}`, url: 'https://example.org/', filter };
    const { status, text = '' } = await postTo(send, '/v1/rules', rule);
    if (status === 409) break;
    assert.equal(status, 201, text);
    rules.push(String((JSON.parse(text) as { rule_id: number }).rule_id));
  }
  return { host, other, branch, rules };
}

/** Removes the rules of a world, as a service has few of them; all else stays. */
export async function leaveWorld(send: Send, { host }: World): Promise<void> {
  const asked = { method: 'GET', headers: {} };
  const { text = '' } = await send('/v1/rules', asked);
  const { items } = JSON.parse(text) as { items: readonly { rule_id: number; name: string }[] };
  for (const { rule_id, name } of items) {
    if (!isOfWorld(name, host)) continue;
    await send(`/v1/rules/${rule_id}`, { ...asked, method: 'DELETE' });
  }
}
