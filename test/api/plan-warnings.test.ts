// What a plan warns of, each kind provoked by the calls that deserve it, and none by calls that do
// not; and that a plan says what then happens when the same calls are recorded.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planAnswer } from '../../src/api/routes/plan.ts';
import type { Call } from '../../src/domain/call.ts';
import { effectiveArray } from '../../src/domain/effective.ts';
import { isSighting } from '../../src/domain/observed/sighting.ts';
import { inOnePiece } from '../../src/events/turns.ts';
import { randomFrom } from '../../src/recorders/generator/random.ts';
import { plan } from '../../src/time-travel/plan/plan.ts';
import { randomHistory } from '../support/random-history.ts';
import { seedOfRun } from '../support/seed.ts';
import { parse, post, startTestService, type TestService } from './running.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

type Request = { readonly pid?: unknown; readonly comm?: string; readonly call: object };

const load = (prog_name: string) => ({
  call: { name: 'prog_load', prog_type: 'cgroup_skb', prog_name, ret: 1 },
});
const on = (path: string) => ({ target_path: path, attach_type: 'cgroup_inet_egress' });
const attach = (fd: unknown, path: string, rest: object = {}) => ({
  call: { name: 'prog_attach', attach_bpf_fd: fd, ...on(path), flags: ['multi'], ...rest },
});
const detach = (fd: unknown, path: string) => ({
  call: { name: 'prog_detach', attach_bpf_fd: fd, ...on(path) },
});
const mkdir = (path: string) => ({ call: { name: 'mkdir', path } });
const link = (fd: unknown, path: string, flags: readonly string[] = []) => ({
  call: { name: 'link_create', prog_fd: fd, ...on(path), flags },
});

let hosts = 0;
async function warningsOf(past: readonly Request[], planned: readonly Request[], release = '6.18') {
  const host = `w${++hosts}`;
  await post(service.app, '/v1/hosts', { body: { name: host, release } });
  if (past.length > 0) {
    const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { body: past });
    expect(response.status).toBe(200);
  }
  const response = await post(service.app, `/v1/hosts/${host}/plan`, { body: planned });
  return parse(response, planAnswer);
}

const agent = (one: Request, comm: string): Request => ({ ...one, comm });
const full = (entries: number): Request[] =>
  Array.from({ length: entries }, (_, i) => [load(`p${i}`), attach(3 + i, '/a')]).flat();

describe('a plan warns of', () => {
  it.each<[string, Request[], Request[], number, string, number[]]>([
    [
      'a program that is added where it was meant to replace',
      [mkdir('/a'), load('fw'), load('fw'), attach(3, '/a')],
      [attach(4, '/a', { replace_bpf_fd: 3 })],
      0,
      'appends-beside-old: program 2 (fw) is added to /a for cgroup_inet_egress and replaces ' +
        'nothing: the call has replace_bpf_fd but not the flag replace, so the kernel ignores it',
      [5],
    ],
    [
      'a second program of the same name, by a link',
      [mkdir('/a'), load('fw'), load('fw'), attach(3, '/a'), link(4, '/a')],
      [
        load('fw'),
        link({ result_of: 0 }, '/a'),
        { call: { name: 'obj_pin', bpf_fd: { result_of: 1 }, path: '/fw' } },
      ],
      1,
      'appends-beside-old: program 3 (fw) is added to /a for cgroup_inet_egress and replaces ' +
        'nothing: 2 of the same name and type are already there',
      [5, 6],
    ],
    [
      'an exclusive program above others',
      [mkdir('/a'), mkdir('/a/b'), mkdir('/a/b/c'), load('fw')],
      [attach(3, '/a', { flags: [] })],
      0,
      'cuts-off-descendants: /a becomes exclusive for cgroup_inet_egress: nothing more can be ' +
        'attached to the 2 cgroups below it, or to new ones',
      [],
    ],
    [
      'a list that is nearly full',
      [mkdir('/a'), ...full(59), load('last')],
      [attach(62, '/a')],
      0,
      'list-nearly-full: /a then has 60 of at most 64 entries for cgroup_inet_egress; ' +
        'a full list refuses even a replace',
      [],
    ],
    [
      'a link that its process takes along',
      [mkdir('/a'), load('fw')],
      [link(3, '/a')],
      0,
      'link-dies-with-process: link 1 has no pin: program 1 (fw) runs only until process 1 ' +
        '(init) closes its fd or ends',
      [],
    ],
    [
      'a reload that loses its place',
      [mkdir('/a'), load('fw'), load('acct'), attach(3, '/a'), attach(4, '/a')],
      [load('fw'), detach(3, '/a'), attach({ result_of: 0 }, '/a')],
      2,
      'order-inverted: program 3 (fw) stood before program 2 (acct) in /a for ' +
        'cgroup_inet_egress and now stands behind it; replace or link_update keeps the place',
      [6],
    ],
    [
      'an override attach above a cgroup with entries of its own',
      [
        ...[mkdir('/a'), mkdir('/a/b'), mkdir('/a/b/c'), mkdir('/a/d'), load('fw'), load('own')],
        ...[attach(4, '/a/b', { flags: ['override'] }), attach(4, '/a/d')],
      ],
      [attach(3, '/a', { flags: ['override'] })],
      0,
      'hidden-below: program 1 (fw) does not run on /a/b (program 2 (own) runs instead), /a/d ' +
        '(program 2 (own) runs instead), or below: where a cgroup has entries of its own, the entries of ' +
        'an ancestor run only if its list is in multi mode',
      [8, 9],
    ],
    [
      'an attach that replaces without being asked to',
      [mkdir('/a'), load('fw'), load('other'), attach(3, '/a', { flags: ['override'] })],
      [attach(4, '/a', { flags: ['override'] })],
      0,
      'replaces-unasked: program 2 (other) replaces program 1 (fw) on /a for cgroup_inet_egress, ' +
        'although the call has no replace: a list with override holds one program',
      [5],
    ],
    [
      'a list that is empty between two calls',
      [mkdir('/a'), load('fw'), load('other'), attach(3, '/a')],
      [detach(3, '/a'), attach(4, '/a')],
      1,
      'list-empties-between: between call 0 and call 1 nothing is attached on /a for ' +
        'cgroup_inet_egress: use replace or link_update, which leave no gap',
      [5],
    ],
    [
      'a cgroup that goes with what is attached to it',
      [mkdir('/a'), load('fw'), attach(3, '/a'), link(3, '/a')],
      [{ call: { name: 'rmdir', path: '/a' } }],
      0,
      'removal-takes-attachments: removing /a detaches program 1 (fw) for cgroup_inet_egress, ' +
        'link 1 (program 1 (fw)) for cgroup_inet_egress',
      [4, 5],
    ],
  ])('%s', async (_, past, planned, call, told, positions) => {
    const { warnings } = await warningsOf(past, planned);
    const texts = warnings.map(({ kind, sentence }) => `${kind}: ${sentence}`);
    expect(texts).toEqual([told]);
    expect(warnings[0]).toMatchObject({ call, positions });
  });

  it('an entry that another process attached, also one of the same name', async () => {
    const past = [
      mkdir('/a'),
      load('fw'),
      agent(attach(3, '/a'), 'cilium'),
      { call: { name: 'fork', child_pid: 50 } },
      { call: { name: 'fork', child_pid: 60 } },
    ];
    const taking = (comm: string) => ({ ...detach(3, '/a'), pid: 50, comm });
    const { warnings } = await warningsOf(past, [taking('runc')]);
    expect(warnings).toMatchObject([
      {
        kind: 'entry-of-another',
        sentence: 'runc[50] as local detaches program 1 (fw), which cilium[1] as local attached',
        about: { prog_id: 1, comm: 'cilium', actor: 'local' },
        positions: [4],
      },
    ]);
    expect((await warningsOf(past, [taking('cilium')])).warnings).toMatchObject([
      {
        kind: 'entry-of-another',
        sentence:
          'cilium[50] as local detaches program 1 (fw), which another process of that name, ' +
          'cilium[1] as local, attached',
      },
    ]);
    const itself = agent(detach(3, '/a'), 'cilium');
    expect((await warningsOf(past, [itself])).warnings).toEqual([]);
  });

  it("the release's own bugs", async () => {
    const past = [
      mkdir('/a'),
      load('one'),
      load('two'),
      load('three'),
      link(3, '/a'),
      link(4, '/a', ['preorder']),
    ];
    const update = { call: { name: 'link_update', link_fd: 7, new_prog_fd: 5 } };
    const query = { call: { name: 'prog_query', ...on('/a'), attr_size: 56 } };
    const bugs = async (release: string) =>
      (await warningsOf(past, [update, query], release)).warnings.map(({ kind, about }) => [
        kind,
        about.switch,
      ]);
    expect(await bugs('6.17')).toEqual([
      ['kernel-bug', 'link_update_miscounts_preorder'],
      ['kernel-bug', 'query_writes_revision_past_attr'],
    ]);
    expect(await bugs('7.3')).toEqual([]);
  });

  it('nothing when a link is pinned and a replace is one', async () => {
    const past = [mkdir('/a'), load('fw'), load('fw'), attach(3, '/a')];
    const planned = [
      attach(4, '/a', { flags: ['multi', 'replace'], replace_bpf_fd: 3 }),
      load('other'),
      link({ result_of: 1 }, '/a'),
      { call: { name: 'obj_pin', bpf_fd: { result_of: 2 }, path: '/other' } },
    ];
    const { warnings, calls } = await warningsOf(past, planned);
    expect(calls.map(({ outcome }) => 'errno' in outcome)).toEqual([false, false, false, false]);
    expect(warnings).toEqual([]);
  });
});

describe('a plan', () => {
  it.each([1, 2, seedOfRun()])(
    'says what then happens (seed %i)',
    async (seed) => {
      const { log } = service;
      const host = `property-${seed}`;
      await log.createHost({ name: host, actor: 'local', release: '6.17' });
      const random = randomFrom(seed);
      let calls: { pid: number; call: Call }[] = [];
      const history = randomHistory({ seed, events: 600, release: '6.17', rebootEvery: 1e9 });
      let size = 0;
      for (const { event } of history) {
        if (event.call.name === 'boot' || isSighting(event.call)) continue;
        calls.push({ pid: event.pid, call: event.call });
        if (calls.length <= size) continue;
        const { planned, before } = await log.withHead(host, (kernel) => ({
          planned: inOnePiece(plan(kernel, calls)),
          before: arraysOf(kernel),
        }));
        const { events } = await log.submit(host, { actor: 'local', calls });
        expect(planned.calls).toEqual(
          events.map(({ pid, comm, call, outcome, effects }) => ({
            ...{ pid, comm, call },
            ...{ outcome, effects },
          })),
        );
        const after = await log.withHead(host, arraysOf);
        for (const { cgroup_id, attach_type, before: was, after: is } of planned.changed) {
          const key = `${cgroup_id}|${attach_type}`;
          expect([before.get(key) ?? [], after.get(key) ?? []]).toEqual([was, is].map(programsOf));
          before.set(key, after.get(key) ?? []);
        }
        for (const key of new Set([...before.keys(), ...after.keys()])) {
          expect([key, before.get(key) ?? []]).toEqual([key, after.get(key) ?? []]);
        }
        calls = [];
        size = random.below(8);
      }
    },
    60_000,
  );
});

const programsOf = (slots: readonly { readonly prog_id: number }[]) =>
  slots.map(({ prog_id }) => prog_id);

function arraysOf(kernel: Parameters<typeof plan>[0]): Map<string, number[]> {
  const types = ['cgroup_inet_ingress', 'cgroup_inet_egress', 'cgroup_sock_ops'] as const;
  const arrays = new Map<string, number[]>();
  for (const cgroup of kernel.cgroups.values()) {
    for (const type of types) {
      const programs = programsOf(effectiveArray(kernel, cgroup, type));
      if (programs.length > 0) arrays.set(`${cgroup.id}|${type}`, programs);
    }
  }
  return arrays;
}
