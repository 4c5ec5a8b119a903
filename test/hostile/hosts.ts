// The hosts, objects, branches and rules that hostile requests are about.

import assert from 'node:assert/strict';
import { type App, post } from '../api/running.ts';

const CALLS = [
  { name: 'mkdir', path: '/pods' },
  { name: 'prog_load', prog_type: 'cgroup_skb', prog_name: 'policy' },
  { name: 'link_create', prog_fd: 3, target_path: '/pods', attach_type: 'cgroup_inet_egress' },
  { name: 'obj_pin', bpf_fd: 3, path: '/p' },
  { name: 'map_create', map_type: 'array', key_size: 4, value_size: 4, max_entries: 1 },
];

/** Makes them. */
export async function prepareHosts(app: App): Promise<void> {
  for (const name of ['h', 'h2']) {
    await post(app, '/v1/hosts', { body: { name, release: '6.18' } });
    await post(app, `/v1/hosts/${name}/syscalls`, { body: CALLS.map((call) => ({ call })) });
  }
  await post(app, '/v1/hosts/h/branches', { body: { name: 'b' } });
  for (const name of ['r1', 'r2', 'r3', 'r4']) {
    const rule = { name, url: 'https://example.org/', filter: { call: 'mkdir' } };
    assert.equal((await post(app, '/v1/rules', { body: rule })).status, 201);
  }
}
