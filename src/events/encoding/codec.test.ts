import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedOfRun } from '../../../test/support/seed.ts';
import { ATTACH_TYPE_NUMBERS, type AttachTypeName } from '../../domain/attach-type.ts';
import type { CallName } from '../../domain/call.ts';
import { ALL_CAPABILITIES } from '../../domain/capability.ts';
import type { EffectType } from '../../domain/effect.ts';
import { ERRNO_NUMBERS } from '../../domain/errno.ts';
import { ATTACH_FLAG_BITS } from '../../domain/flags.ts';
import { MAP_TYPE_NAMES } from '../../domain/map-type.ts';
import type { SightingName } from '../../domain/observed/sighting.ts';
import { PROG_TYPE_NAMES } from '../../domain/prog-type.ts';
import { DEFAULT_CONFIG } from '../../domain/release/config.ts';
import type { LedgerEvent } from '../event.ts';
import { CALL_FIELDS } from './call-fields.ts';
import { decodeEvent, encodeEvent, isCanonical, type ParsedEvent } from './codec.ts';
import { EFFECT_FIELDS } from './effect-fields.ts';
import { type Json, UnreadableEvent } from './field-coder.ts';
import { CALL_CODES, EFFECT_CODES, FCNTL_CODES, REASON_CODES, SYSCTL_CODES } from './names.ts';

const seed = seedOfRun();
const u32 = fc.oneof(fc.nat(130), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.constant('/a\u0000\n"\\é\ud800'));
const ids = fc.array(u32, { maxLength: 4 });
const attachTypes = fc.oneof(
  fc.constantFrom(...(Object.keys(ATTACH_TYPE_NUMBERS) as AttachTypeName[])),
  u32,
);
const caps = fc.array(fc.constantFrom(...ALL_CAPABILITIES), { maxLength: 4 });
const key = fc.oneof(
  u32,
  fc.record(
    { cgroup_id: u32, attach_type: attachTypes },
    { noNullPrototype: true, requiredKeys: ['cgroup_id'] },
  ),
);
const about = fc.dictionary(fc.string(), fc.oneof(u32, anyText), { noNullPrototype: true });
const query = fc.record(
  { prog_cnt: u32, prog_ids: ids, attach_flags: u32, revision: u32, prog_attach_flags: ids },
  { noNullPrototype: true, requiredKeys: ['prog_cnt', 'prog_ids', 'attach_flags'] },
);

const listFields = ['map_fds', 'prog_ids', 'map_ids', 'storage_map_ids'];
const textFields = ['path', 'target_path', 'comm', 'to', 'prog_name', 'map_name', 'tag', 'insns'];
const FIELDS: Record<string, fc.Arbitrary<unknown>> = {
  ...Object.fromEntries(listFields.map((name) => [name, ids])),
  ...Object.fromEntries([...textFields, 'boot_id', 'release'].map((name) => [name, anyText])),
  attach_type: attachTypes,
  expected_attach_type: attachTypes,
  prog_type: fc.oneof(fc.constantFrom(...PROG_TYPE_NAMES), u32),
  map_type: fc.oneof(fc.constantFrom(...MAP_TYPE_NAMES), u32),
  caps,
  bounding: caps,
  inheritable: caps,
  ambient: caps,
  variable: fc.constantFrom(...Object.keys(SYSCTL_CODES)),
  key,
  config: fc.constant({ ...DEFAULT_CONFIG, switches: {} }),
  reason: fc.constantFrom(...Object.keys(REASON_CODES)),
  access: fc.constantFrom('read', 'write'),
  mode: fc.constantFrom('none', 'override', 'multi'),
  kind: fc.constantFrom('prog', 'link', 'map'),
  keys: fc.array(key, { maxLength: 3 }),
  values: fc.array(u32, { maxLength: 3 }),
  enforced: fc.boolean(),
  xdp_has_frags: fc.boolean(),
  preorder: fc.constant(true),
  map_ref_only: fc.boolean(),
  cloexec: fc.boolean(),
  thread: fc.boolean(),
  clone_files: fc.boolean(),
  clone_thread: fc.boolean(),
  clone_newns: fc.boolean(),
  clone_newcgroup: fc.boolean(),
  clone_newuser: fc.boolean(),
  top: fc.constant(true),
  cmd: fc.constantFrom(...Object.keys(FCNTL_CODES)),
  null_prog_ids: fc.boolean(),
  prog_attach_flags: fc.boolean(),
  log_buf: fc.boolean(),
  signature: fc.boolean(),
  excl_prog_hash: fc.boolean(),
  query_flags: fc.array(fc.oneof(fc.constant('effective'), u32), { maxLength: 3 }),
};
const attachFlagList = fc.array(fc.oneof(fc.constantFrom(...Object.keys(ATTACH_FLAG_BITS)), u32), {
  maxLength: 4,
});
const FLAGGED = ['prog_attach', 'prog_detach', 'link_create', 'link_update'];

function fieldOf(owner: string, name: string): fc.Arbitrary<unknown> {
  if (name === 'flags') return FLAGGED.includes(owner) ? attachFlagList : u32;
  if (owner === 'prog_load' && name === 'tag')
    return fc.record({ sha1: anyText, sha256: anyText }, { noNullPrototype: true });
  if (owner === 'open_other' && name === 'kind') return fc.constantFrom('dir', 'file');
  if (owner.startsWith('Fd') && name === 'kind') return fc.constantFrom('cgroup', 'other', 'link');
  if (owner.startsWith('Namespace') && name === 'kind')
    return fc.constantFrom('mount', 'cgroup', 'user');
  if (name === 'mode' && ['chmod', 'PinCreated', 'ModeChanged'].includes(owner)) return u32;
  return FIELDS[name] ?? fc.oneof(u32, fc.constant(-1));
}

function record(owner: string, tag: object, names: readonly string[]): fc.Arbitrary<object> {
  const fields = Object.fromEntries(names.map((name) => [name, fieldOf(owner, name)]));
  return fc
    .record(fields, { noNullPrototype: true, requiredKeys: [] })
    .map((chosen) => ({ ...tag, ...chosen }));
}

const calls = (Object.keys(CALL_CODES) as (CallName | 'boot' | SightingName)[]).map((name) =>
  record(name, { name }, CALL_FIELDS[name].names),
);
const effects = (Object.keys(EFFECT_CODES) as EffectType[]).map((type) =>
  record(type, { type }, EFFECT_FIELDS[type].names),
);
const batch = fc.record(
  { count: u32, keys: fc.array(key, { maxLength: 3 }), values: fc.array(u32, { maxLength: 3 }) },
  { noNullPrototype: true, requiredKeys: ['count'] },
);
const success = fc.record(
  {
    ret: u32,
    query,
    info: about,
    next_id: u32,
    next_key: key,
    value: u32,
    lost: fc.constant(true),
    batch,
    ...{ prog_id: u32, link_id: u32, map_id: u32, cgroup_id: u32 },
  },
  { noNullPrototype: true, requiredKeys: ['ret'] },
);
const refusal = fc.record(
  {
    errno: fc.constantFrom(...Object.keys(ERRNO_NUMBERS)),
    rule: fc.constant('fd-not-open'),
    about,
    stage: fc.constant('open'),
    query,
    batch,
  },
  { noNullPrototype: true, requiredKeys: ['errno', 'rule'] },
);

/** Where the event comes from, and what is known beside that. */
const sources = fc.oneof(
  fc.constant({ source: 'decided' }),
  fc.record(
    {
      source: fc.constantFrom('observed', 'inferred'),
      expected: fc.oneof(success, refusal),
      between: fc.record({ from: u32, to: u32 }, { noNullPrototype: true, requiredKeys: ['to'] }),
      tid: u32,
      uid: u32,
      cgroup: anyText,
    },
    { noNullPrototype: true, requiredKeys: ['source'] },
  ),
);

function eventOf(call: fc.Arbitrary<object>): fc.Arbitrary<LedgerEvent> {
  const event = fc.record(
    {
      position: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      recorded_at: fc.integer({ min: 0, max: 4e15 }),
      at: fc.integer({ min: 0, max: 4e15 }),
      boot: u32,
      actor: anyText,
      pid: u32,
      comm: anyText,
      call,
      outcome: fc.oneof(success, refusal),
      effects: fc.array(fc.oneof(...effects), { maxLength: 6 }),
    },
    { noNullPrototype: true },
  );
  return fc
    .tuple(event, sources)
    .map((parts) => Object.assign({}, ...parts)) as fc.Arbitrary<LedgerEvent>;
}

describe(`the canonical encoding (seed ${seed})`, () => {
  it.each(calls.map((call, i) => [Object.keys(CALL_CODES)[i], call] as const))(
    'gives back every %s event exactly, whatever its effects',
    (_name, call) => {
      fc.assert(
        fc.property(eventOf(call), (event) => {
          const body = encodeEvent(event);
          const { position, recorded_at } = event;
          const decoded = decodeEvent({ position, recorded_at, body });
          expect(decoded).toStrictEqual(event);
          expect(encodeEvent(decoded)).toBe(body);
          expect(/[\n\r\0]/.test(body)).toBe(false);
        }),
        { seed, numRuns: 30 },
      );
    },
  );

  it.each(calls.map((call, i) => [Object.keys(CALL_CODES)[i], call] as const))(
    'finds by its JSON alone that the text of a %s event is canonical, and of no other text',
    (_name, call) => {
      fc.assert(
        fc.property(eventOf(call), fc.nat(), fc.nat(9), (event, at, by) => {
          const { position, recorded_at } = event;
          const body = encodeEvent(event);
          const json = JSON.parse(body) as Json[];
          expect(isCanonical({ position, recorded_at, body, json }, event)).toBe(true);
          changeAt(json, at, [null, 0, -1, 2.5, '1', [], [0], {}, 'x', true][by] as Json);
          const changed = { position, recorded_at, body: JSON.stringify(json), json };
          if (!isTaken(changed)) return;
          expect(encodeEvent(decodeEvent(changed))).toBe(changed.body);
        }),
        { seed, numRuns: 40 },
      );
    },
  );

  it('does not depend on the order in which keys were set', () => {
    const outcome = { errno: 'EPERM', rule: 'r', about: { b: 1, a: 'x' } };
    const turned = { about: { a: 'x', b: 1 }, rule: 'r', errno: 'EPERM' };
    expect(encodeEvent(sample({ outcome }))).toBe(encodeEvent(sample({ outcome: turned })));
  });

  it('takes less than 120 bytes for a link_create', () => {
    const body = encodeEvent(sample({}));
    expect(body).toBe(
      '[1,0,1,0,"token:ci",812,"cilium-agent",[27,1,3,2,"/kubepods/pod1"],5,' +
        '[[16,7,12,31,1,5],[22,31,1,0,2,2,7]]]',
    );
    expect(body.length).toBeLessThan(120);
  });

  it.each([
    ['no JSON', '[1,0,'],
    ['a newer schema', '[2,0,1,0,"a",1,"",[4],0,[]]'],
    ['an unknown call', '[1,0,1,0,"a",1,"",[999],0,[]]'],
    ['an unknown effect', '[1,0,1,0,"a",1,"",[4],0,[[999]]]'],
    ['an unknown errno', '[1,0,1,0,"a",1,"",[4],[-4000,"r"],[]]'],
    ['a field too many', '[1,0,1,0,"a",1,"",[10,3,5],0,[]]'],
    ['an unknown source', '[1,0,1,9,"a",1,"",[4],0,[]]'],
    ['more beside its source than is known', '[1,0,1,[1,0,0,0,0,"/",0],"a",1,"",[4],0,[]]'],
  ])('refuses a row with %s', (_what, body) => {
    expect(() => decodeEvent({ position: 9, recorded_at: 0, body })).toThrow(UnreadableEvent);
  });
});

function sample(fields: object): LedgerEvent {
  return {
    position: 42,
    recorded_at: 1_774_421_866_641_022,
    at: 1_774_421_866_641_022,
    source: 'decided',
    boot: 1,
    actor: 'token:ci',
    pid: 812,
    comm: 'cilium-agent',
    call: {
      name: 'link_create',
      prog_fd: 3,
      target_path: '/kubepods/pod1',
      attach_type: 'cgroup_inet_egress',
      flags: ['multi'],
    },
    outcome: { ret: 5 },
    effects: [
      {
        type: 'LinkCreated',
        link_id: 7,
        prog_id: 12,
        cgroup_id: 31,
        attach_type: 'cgroup_inet_egress',
        fd: 5,
      },
      {
        type: 'EntryInserted',
        cgroup_id: 31,
        attach_type: 'cgroup_inet_egress',
        index: 0,
        link_id: 7,
        mode: 'multi',
        revision: 2,
      },
    ],
    ...fields,
  };
}

/** Puts a value in the place of one of the list's values or behind its last, at any depth. */
function changeAt(list: Json[], at: number, value: Json): void {
  const index = at % (list.length + 1);
  const there = list[index];
  if (Array.isArray(there) && at % 4 > 0) changeAt(there, Math.floor(at / 4), value);
  else list[index] = value;
}

function isTaken(row: ParsedEvent): boolean {
  try {
    return isCanonical(row, decodeEvent(row));
  } catch {
    return false;
  }
}
