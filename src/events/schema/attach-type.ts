/**
 * Attach types in every common spelling: ours, the UAPI's, bpftool's short names
 * (tools/lib/bpf/libbpf.c `attach_type_name`, bpftool's older ones) and libbpf's section names.
 */
import { z } from 'zod';
import {
  ATTACH_TYPE_NUMBERS,
  type AttachType,
  type AttachTypeName,
  attachTypeOf,
} from '../../domain/attach-type.ts';
import { spellingSchema } from './enumerated.ts';
import { U32_MAX } from './numbers.ts';

const NAMES = Object.keys(ATTACH_TYPE_NUMBERS) as AttachTypeName[];

/** bpftool's words, which are libbpf's sections behind `cgroup/` as well. */
const SHORT: Readonly<Record<string, AttachTypeName>> = {
  sock_create: 'cgroup_inet_sock_create',
  sock_release: 'cgroup_inet_sock_release',
  bind4: 'cgroup_inet4_bind',
  bind6: 'cgroup_inet6_bind',
  connect4: 'cgroup_inet4_connect',
  connect6: 'cgroup_inet6_connect',
  connect_unix: 'cgroup_unix_connect',
  post_bind4: 'cgroup_inet4_post_bind',
  post_bind6: 'cgroup_inet6_post_bind',
  sendmsg4: 'cgroup_udp4_sendmsg',
  sendmsg6: 'cgroup_udp6_sendmsg',
  sendmsg_unix: 'cgroup_unix_sendmsg',
  recvmsg4: 'cgroup_udp4_recvmsg',
  recvmsg6: 'cgroup_udp6_recvmsg',
  recvmsg_unix: 'cgroup_unix_recvmsg',
  getpeername4: 'cgroup_inet4_getpeername',
  getpeername6: 'cgroup_inet6_getpeername',
  getpeername_unix: 'cgroup_unix_getpeername',
  getsockname4: 'cgroup_inet4_getsockname',
  getsockname6: 'cgroup_inet6_getsockname',
  getsockname_unix: 'cgroup_unix_getsockname',
  sysctl: 'cgroup_sysctl',
  getsockopt: 'cgroup_getsockopt',
  setsockopt: 'cgroup_setsockopt',
};

/** Spellings that follow no pattern. */
const OTHER: Readonly<Record<string, AttachTypeName>> = {
  ingress: 'cgroup_inet_ingress',
  egress: 'cgroup_inet_egress',
  sock_ops: 'cgroup_sock_ops',
  device: 'cgroup_device',
  'cgroup_skb/ingress': 'cgroup_inet_ingress',
  'cgroup_skb/egress': 'cgroup_inet_egress',
  'cgroup/sock': 'cgroup_inet_sock_create',
  'cgroup/dev': 'cgroup_device',
  sockops: 'cgroup_sock_ops',
};

function spellings(): Map<string, AttachType> {
  const all = new Map<string, AttachType>(Object.entries(OTHER));
  for (const [short, name] of Object.entries(SHORT)) {
    all.set(short, name);
    all.set(`cgroup/${short}`, name);
  }
  for (const name of NAMES) {
    all.set(name, name);
    all.set(`bpf_${name}`, name);
  }
  return all;
}

const SPELLINGS = spellings();

/** An attach type in any spelling; the output is canonical. */
export const attachTypeInput = spellingSchema<AttachType>({
  noun: 'attach type',
  example: 'cgroup_inet_egress',
  values: SPELLINGS,
  ofNumber: attachTypeOf,
}).meta({
  id: 'AttachTypeInput',
  description:
    'An attach type: `cgroup_inet_egress`, `BPF_CGROUP_INET_EGRESS`, `egress` (bpftool), ' +
    '`cgroup_skb/egress` (libbpf section), or its number. A number that has a name becomes the name.',
  anyOf: [{ type: 'string' }, { type: 'integer', minimum: 0, maximum: U32_MAX }],
});

/** An attach type as the ledger spells it. */
export const attachType = z
  .union([z.enum(NAMES), z.int().min(0).max(U32_MAX)])
  .meta({ id: 'AttachType' });
