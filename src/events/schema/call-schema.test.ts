// Every spelling becomes one; the ledger's own spelling is left as it is.

import { describe, expect, it } from 'vitest';
import { ATTACH_TYPE_NUMBERS } from '../../domain/attach-type.ts';
import { isSighting } from '../../domain/observed/sighting.ts';
import { CALL_CODES } from '../encoding/names.ts';
import { CALL_NAMES, recordedCall, requestedCall } from './call-schema.ts';

const link = (fields: object) =>
  requestedCall.parse({ name: 'link_create', attach_type: 'egress', ...fields });
const load = (fields: object) =>
  requestedCall.parse({ name: 'prog_load', prog_type: 'cgroup_skb', ...fields });

describe('attach types', () => {
  it.each([
    ['cgroup_inet_egress', 'cgroup_inet_egress'],
    ['BPF_CGROUP_INET_EGRESS', 'cgroup_inet_egress'],
    ['egress', 'cgroup_inet_egress'],
    ['cgroup_skb/egress', 'cgroup_inet_egress'],
    [1, 'cgroup_inet_egress'],
    ['connect4', 'cgroup_inet4_connect'],
    ['cgroup/connect4', 'cgroup_inet4_connect'],
    ['cgroup/dev', 'cgroup_device'],
    ['device', 'cgroup_device'],
    ['sockops', 'cgroup_sock_ops'],
    ['sock_ops', 'cgroup_sock_ops'],
    ['cgroup/sock', 'cgroup_inet_sock_create'],
    ['cgroup/recvmsg_unix', 'cgroup_unix_recvmsg'],
    ['cgroup/getsockopt', 'cgroup_getsockopt'],
    [63, 63],
    [4_294_967_295, 4_294_967_295],
  ])('%s is %s', (spelling, canonical) => {
    expect(link({ attach_type: spelling })).toMatchObject({ attach_type: canonical });
  });

  it('every number with a name becomes the name', () => {
    for (const [name, n] of Object.entries(ATTACH_TYPE_NUMBERS)) {
      expect(link({ attach_type: n })).toMatchObject({ attach_type: name });
      expect(link({ attach_type: `BPF_${name.toUpperCase()}` })).toMatchObject({
        attach_type: name,
      });
    }
  });
});

describe('flags', () => {
  it.each([
    [0, []],
    [[], []],
    [2, ['multi']],
    [
      ['BPF_F_ALLOW_MULTI', 'replace'],
      ['multi', 'replace'],
    ],
    [
      ['replace', 'multi', 2],
      ['multi', 'replace'],
    ],
    [
      ['BPF_F_LINK', 'BPF_F_BEFORE'],
      ['before', 'link'],
    ],
    [0x8000_0001, ['override', 0x8000_0000]],
  ])('%j is %j', (flags, canonical) => {
    expect(link({ flags })).toMatchObject({ flags: canonical });
  });

  it('a query has flags of its own', () => {
    const query = { name: 'prog_query', attach_type: 1, query_flags: ['BPF_F_QUERY_EFFECTIVE', 4] };
    expect(requestedCall.parse(query)).toMatchObject({ query_flags: ['effective', 4] });
  });
});

describe('programs', () => {
  const insns = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64');
  const returns1 = insns('b700000001000000 9500000000000000');

  it.each([
    [{}, { sha1: '57cd311f2e27366b', sha256: 'b11459a0e11ca14c' }],
    [{ ret: 1 }, { sha1: '57cd311f2e27366b', sha256: 'b11459a0e11ca14c' }],
    [{ ret: 0 }, { sha1: 'a04f5eef06a7f555', sha256: '59f4a931744dcdc6' }],
    [{ insns: returns1 }, { sha1: '57cd311f2e27366b', sha256: 'b11459a0e11ca14c' }],
  ])('%j has the tag %j', (fields, tag) => {
    expect(load(fields)).toMatchObject({ tag });
  });

  it('instructions say how many they are and, when they are just a return, what of', () => {
    expect(load({ insns: returns1 })).toMatchObject({ insn_cnt: 2, ret: 1 });
    const longer = insns('b700000001000000 b700000001000000 9500000000000000');
    expect(load({ insns: longer })).toMatchObject({ insn_cnt: 3 });
    expect(load({ insns: longer })).not.toHaveProperty('ret');
  });

  it('the tag does not depend on the numbers of map fds', () => {
    const withMap = (fd: string) =>
      load({ insns: insns(`1811 0000 ${fd} 0000000000000000 b700000000000000 9500000000000000`) });
    expect(withMap('03000000')).toMatchObject({
      tag: (withMap('04000000') as { tag: object }).tag,
    });
    // The same bits in an instruction that loads a plain constant are part of the program.
    const plain = load({
      insns: insns('1801 0000 03000000 0000000000000000 b700000000000000 9500000000000000'),
    });
    expect((plain as { tag: object }).tag).not.toEqual(
      (withMap('03000000') as { tag: object }).tag,
    );
  });
});

describe('maps that instructions name', () => {
  const code = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64');
  const fd3 = code('1811000003000000 0000000000000000 b700000001000000 9500000000000000');
  const second = code('1851000001000000 0000000000000000 b700000001000000 9500000000000000');
  const faultOf = (fields: object) =>
    requestedCall.safeParse({ name: 'prog_load', prog_type: 'cgroup_skb', ...fields }).error
      ?.issues[0]?.path;

  it.each([
    ['map_fds of others', { insns: fd3, map_fds: [4] }, 'map_fds'],
    ['an index behind the fds', { insns: second, fd_array: [3] }, 'fd_array'],
    ['a count of more fds than there are', { fd_array: [3], fd_array_cnt: 2 }, 'fd_array_cnt'],
  ])('%s are refused', (_, fields, field) => {
    expect(faultOf(fields)).toEqual([field]);
  });

  it('may be said beside them', () => {
    expect(faultOf({ insns: fd3, map_fds: [3] })).toBeUndefined();
    expect(faultOf({ insns: second, fd_array: [3, 4], fd_array_cnt: 2 })).toBeUndefined();
  });
});

describe('the recorded form', () => {
  it('there is one schema for each call', () => {
    const names = Object.keys(CALL_CODES).filter(
      (name) => name !== 'boot' && !isSighting({ name }),
    );
    expect([...CALL_NAMES].sort()).toEqual(names.sort());
  });

  it('knows no other spelling, and no reference', () => {
    const call = {
      name: 'link_create',
      prog_fd: 3,
      attach_type: 'cgroup_inet_egress',
      flags: ['multi'],
    };
    expect(recordedCall.safeParse(call).success).toBe(true);
    expect(recordedCall.safeParse({ ...call, attach_type: 'egress' }).success).toBe(false);
    expect(recordedCall.safeParse({ ...call, flags: 2 }).success).toBe(false);
    expect(recordedCall.safeParse({ ...call, prog_fd: { result_of: 0 } }).success).toBe(false);
  });

  it('a canonical call passes unchanged through the requested form', () => {
    const call = { name: 'capset', uid: 65_534, caps: ['bpf', 'net_admin'] };
    expect(requestedCall.parse(call)).toEqual(call);
    expect(requestedCall.parse({ ...call, caps: ['CAP_NET_ADMIN', 'bpf', 'bpf'] })).toEqual(call);
  });
});
