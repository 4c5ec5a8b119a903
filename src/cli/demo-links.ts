/**
 * The second host of the demo: how links came to cgroups, told by the calls themselves. Exclusive,
 * override and multi attachments meet, a link is updated, others try to take it away, and a removed
 * cgroup leaves a link without a place. The page's tour stops at some of these positions.
 */
import { hostPath } from '../client/host-path.ts';
import { type RestClient, ServiceRefusal } from '../client/rest-client.ts';

const LINKS_HOST = 'demo-links';
const RELEASE = '6.18';
const TYPE = 'cgroup_inet_egress';

const AGENT = 10;
const FIREWALL = 20;
const load = (prog_name: string) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: TYPE, prog_name },
});
const on = (target_path: string) => ({ target_path, attach_type: TYPE });

/** Who makes which call. A call's place in the list is its position, less two. */
const STORY: readonly (readonly [pid: number, call: object])[] = [
  [1, { name: 'mkdir', path: '/pods' }], // 2
  [1, { name: 'mkdir', path: '/pods/web' }], // 3
  [1, { name: 'spawn', comm: 'agent', child_pid: AGENT }], // 4
  [1, { name: 'spawn', comm: 'firewall', child_pid: FIREWALL }], // 5
  [FIREWALL, load('block')], // 6: fd 3
  [FIREWALL, { name: 'prog_attach', ...on('/pods'), attach_bpf_fd: 3 }], // 7: exclusive
  [AGENT, load('count_v1')], // 8: fd 3
  [AGENT, { name: 'link_create', ...on('/pods/web'), prog_fd: 3 }], // 9: refused
  [FIREWALL, { name: 'prog_detach', ...on('/pods') }], // 10
  [FIREWALL, { name: 'prog_attach', ...on('/pods'), attach_bpf_fd: 3, flags: ['override'] }], // 11
  [AGENT, { name: 'link_create', ...on('/pods/web'), prog_fd: 3 }], // 12: hides the firewall's
  [FIREWALL, { name: 'prog_detach', ...on('/pods') }], // 13
  [FIREWALL, { name: 'prog_attach', ...on('/pods'), attach_bpf_fd: 3, flags: ['multi'] }], // 14
  [FIREWALL, { name: 'prog_get_fd_by_id', prog_id: 2 }], // 15: fd 4
  [FIREWALL, { name: 'prog_detach', ...on('/pods/web'), attach_bpf_fd: 4 }], // 16: a link's
  [AGENT, load('count_v2')], // 17: fd 4
  [AGENT, { name: 'link_update', link_fd: 5, new_prog_fd: 4 }], // 18
  [AGENT, { name: 'obj_pin', bpf_fd: 5, path: '/count' }], // 19
  [1, { name: 'rmdir', path: '/pods/web' }], // 20: the link loses its cgroup
  [AGENT, { name: 'link_update', link_fd: 5, new_prog_fd: 3 }], // 21: refused
  [AGENT, { name: 'close', fd: 5 }], // 22: the pin holds it
  [AGENT, { name: 'unlink', path: '/count' }], // 23: freed
];

/** Makes the host and records the story, unless the host is there already. */
export async function postLinksDemo(client: RestClient): Promise<void> {
  try {
    await client.post('/v1/hosts', { name: LINKS_HOST, release: RELEASE });
  } catch (error) {
    if (error instanceof ServiceRefusal && error.status === 409) return;
    throw error;
  }
  const calls = STORY.map(([pid, call]) => ({ pid, call }));
  await client.post(`${hostPath(LINKS_HOST)}/syscalls`, calls);
}
