import { expect, it } from 'vitest';
import { historyOf } from '../../../test/support/random-history.ts';
import { namesObject } from './names.ts';

const attach_type = 'cgroup_inet_egress';
const { event } = historyOf([
  { name: 'mkdir', path: '/a' },
  { name: 'prog_load', prog_type: 'cgroup_skb' },
  { name: 'link_create', prog_fd: 3, target_path: '/a', attach_type, flags: [] },
  { name: 'obj_get_info_by_fd', bpf_fd: 5 },
]);

it('an answer names the object that it tells of, and not those that this one has', () => {
  const { info } = 'errno' in event.outcome ? {} : event.outcome;
  if (info?.kind !== 'link') throw new Error('no link was told of');
  expect(namesObject(event, 'link', info.id)).toBe(true);
  expect(namesObject(event, 'prog', info.prog_id)).toBe(false);
  expect(namesObject(event, 'prog', info.id)).toBe(false);
});

it('an effect names what it is about', () => {
  const made = historyOf([
    { name: 'mkdir', path: '/a' },
    { name: 'prog_load', prog_type: 'cgroup_skb' },
    { name: 'link_create', prog_fd: 3, target_path: '/a', attach_type, flags: [] },
  ]).event;
  const [{ link_id, prog_id }] = [made.effects[0] as { link_id: number; prog_id: number }];
  expect(namesObject(made, 'link', link_id)).toBe(true);
  expect(namesObject(made, 'prog', prog_id)).toBe(true);
  expect(namesObject(made, 'link', link_id + 1)).toBe(false);
});
