import { expect, it } from 'vitest';
import { eventSchema } from './event-schema.ts';
import { faultFinder } from './fault-finder.ts';

const eventFault = faultFinder(eventSchema);

const place = { cgroup_id: 7, attach_type: 'cgroup_inet_egress' };
const event = {
  position: 3,
  recorded_at: 1_700_000_000_000_000,
  at: 1_700_000_000_000_000,
  source: 'decided',
  boot: 1,
  actor: 'local',
  pid: 812,
  comm: 'agent',
  call: { name: 'mkdir', path: '/pods' },
  outcome: { ret: 0 },
  effects: [
    { type: 'CgroupMade', cgroup_id: 7, path: '/pods' },
    { type: 'EntryInserted', ...place, index: 0, revision: 2, prog_id: 5, mode: 'multi' },
    { type: 'EntryInserted', ...place, index: 1, revision: 3, link_id: 2, mode: 'multi' },
  ],
};
const config = {};

it.each([
  ['a call', {}],
  ['a sighting', { call: { name: 'gone', prog: { id: 4 } }, source: 'observed', effects: [] }],
  ['a hole', { call: { name: 'lost', events: 5 }, source: 'observed', effects: [] }],
  ['a refusal', { outcome: { errno: 'EEXIST', rule: 'cgroup-exists' }, effects: [] }],
])('nothing is wrong with %s', (_, change) => {
  expect(eventSchema.safeParse({ ...event, ...change }).error).toBeUndefined();
  expect(eventFault({ ...event, ...change })).toBeUndefined();
});

it.each([
  ['position', { position: 0 }],
  ['it', { more: 1 }],
  ['call', { call: null }],
  ['call', { call: { name: 'no_such_call' } }],
  ['call.path', { call: { name: 'mkdir', path: 'pods' } }],
  ['call', { call: { name: 'mkdir', path: '/pods', more: 1 } }],
  ['call', { call: { name: 'gone' } }],
  ['call', { call: { name: 'boot', config } }],
  ['outcome', { outcome: { ret: 0, more: 1 } }],
  ['effects.0', { effects: [null] }],
  ['effects.0', { effects: [{ type: 'NoSuchEffect' }] }],
  ['effects.1', { effects: [event.effects[0], { ...event.effects[1], link_id: 2 }] }],
  ['effects', { effects: {} }],
])('what is wrong is told as the schema tells it: %s in %j', (field, change) => {
  const value = { ...event, ...change };
  expect(eventSchema.safeParse(value).success).toBe(false);
  expect(eventFault(value)).toMatch(new RegExp(`^${field}[^:]*: .`));
});

it.each([undefined, null, 7, 'event', []])('%j is not an event', (value) => {
  expect(eventFault(value)).toMatch(/^it: ./);
});
