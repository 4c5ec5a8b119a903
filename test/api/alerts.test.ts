// Rules and webhooks: what each kind of rule tells of, and that it is told at least once and in order,
// whatever the receiver does and however the service ends.

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  deliveryPage,
  madeRule,
  retryAnswer,
  ruleAnswer,
  ruleList,
} from '../../src/api/wire/alert-rule.ts';
import { bearer, namedTokens } from './named-tokens.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { parse, post, problem, startTestService, type TestService } from './running.ts';

const OTHERS = { all: { hosts: ['*'] }, reads: { role: 'reader', hosts: ['*'] } };
const TOKENS = { ...OTHERS, few: { role: 'writer', hosts: ['web-*'] } };
const headers = bearer('all');

/** Attempts that a test can wait for. */
const attempts = { max: 4, firstMs: 20, pauseMaxMs: 100 };

let service: TestService;
let receiver: Receiver;

async function make(name: string): Promise<void> {
  const made = await post(service.app, '/v1/hosts', { headers, body: { name, release: '6.18' } });
  expect(made.status).toBe(201);
}

async function submit(host: string, calls: readonly object[]): Promise<void> {
  const body = calls.map((one) => ('call' in one ? one : { call: one }));
  const response = await post(service.app, `/v1/hosts/${host}/syscalls`, { headers, body });
  expect(response.status, await response.clone().text()).toBe(200);
}

async function add(rule: object, who = 'all') {
  const response = await post(service.app, '/v1/rules', {
    headers: bearer(who),
    body: { url: receiver.url, ...rule },
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return parse(response, madeRule);
}

async function get<T extends Parameters<typeof parse>[1]>(path: string, schema: T, who = 'all') {
  const response = await service.app.request(path, { headers: bearer(who) });
  expect(response.status, await response.clone().text()).toBe(200);
  return parse(response, schema);
}

const remove = (rule: number, who = 'all') =>
  service.app.request(`/v1/rules/${rule}`, { method: 'DELETE', headers: bearer(who) });

/** Waits until a condition holds. */
const until = (holds: () => Promise<boolean>): Promise<void> =>
  expect.poll(holds, { interval: 25 }).toBe(true);

const mkdir = (path: string) => ({ name: 'mkdir', path });
const EGRESS = 'cgroup_inet_egress';
const load = (prog_name: string, ret = 1) => ({
  ...{ name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: EGRESS, prog_name, ret },
});
const attach = (attach_bpf_fd: number, target_path: string) => ({
  ...{ name: 'prog_attach', attach_bpf_fd, target_path, attach_type: EGRESS, flags: ['multi'] },
});
const detach = (attach_bpf_fd: number, target_path: string) => ({
  ...{ name: 'prog_detach', attach_bpf_fd, target_path, attach_type: EGRESS },
});

beforeAll(async () => {
  service = await startTestService({ tokens: namedTokens(TOKENS), alerts: { attempts } });
  for (const name of ['web-1', 'web-2', 'db-1']) {
    await make(name);
    await submit(name, [
      ...[mkdir('/pods'), mkdir('/pods/a'), mkdir('/pods/b'), load('policy'), load('audit', 0)],
    ]);
  }
});
afterAll(() => service.close());

/** A receiver of its own for each test, so that no test hears what another raised. */
async function withReceiver(work: () => Promise<void>): Promise<void> {
  receiver = await startReceiver();
  try {
    await work();
  } finally {
    const { items } = await get('/v1/rules', ruleList);
    for (const { rule_id } of items) expect((await remove(rule_id)).status).toBe(204);
    await receiver.close();
  }
}

describe('a rule', () => {
  it('about events posts a signed CloudEvent for each', () =>
    withReceiver(async () => {
      const { rule_id, secret } = await add({
        name: 'refused',
        filter: { call: 'prog_detach', errno: ['ENOENT', 'EINVAL'], host: 'web-*' },
      });
      await submit('db-1', [detach(3, '/pods/b')]);
      await submit('web-1', [mkdir('/pods/c'), detach(3, '/pods/b')]);
      const [first] = await receiver.waitForTaken(1);
      expect(receiver.got.length).toBe(1);
      expect(first?.headers['content-type']).toBe('application/cloudevents+json');
      expect(first?.body).toMatchObject({
        specversion: '1.0',
        id: first?.id,
        source: `/v1/rules/${rule_id}`,
        type: 'bpfledger.alert.event',
        subject: 'web-1',
        data: {
          rule: { rule_id, name: 'refused' },
          host: 'web-1',
          event: { call: { name: 'prog_detach' }, outcome: { errno: 'ENOENT' } },
        },
      });
      const stamp = first?.headers['webhook-timestamp'];
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      const signed = `${first?.id}.${stamp}.${first?.text}`;
      const digest = createHmac('sha256', key).update(signed).digest('base64');
      expect(first?.headers['webhook-signature']).toBe(`v1,${digest}`);
    }));

  it('about a program tells when it left a cgroup that is still there, by whatever call', () =>
    withReceiver(async () => {
      await submit('web-1', [attach(3, '/pods/a'), attach(4, '/pods/a'), attach(3, '/pods/b')]);
      await add({
        name: 'left',
        condition: { kind: 'left', program: { prog_name: 'policy' }, cgroup: '/pods/*' },
      });
      await submit('web-1', [detach(4, '/pods/a'), { name: 'rmdir', path: '/pods/b' }]);
      await submit('web-1', [detach(3, '/pods/a')]);
      const [first] = await receiver.waitForTaken(1);
      expect(first?.body).toMatchObject({
        type: 'bpfledger.alert.left',
        data: {
          places: [{ cgroup: '/pods/a', attach_type: EGRESS }],
          place_count: 1,
          event: { call: { name: 'prog_detach' }, comm: 'init' },
        },
      });
      // Attached above, it runs on all below; one event is one alert.
      await submit('web-1', [mkdir('/pods/b'), attach(3, '/'), detach(3, '/')]);
      const [, second] = await receiver.waitForTaken(2);
      expect(second?.body.data).toMatchObject({ place_count: 3 });
      expect(receiver.got.length).toBe(2);
    }));

  it('about an empty array waits for the time, and does not tell of a shorter spell', () =>
    withReceiver(async () => {
      await submit('web-2', [attach(3, '/pods/a'), attach(3, '/pods/b')]);
      const condition = { kind: 'empty', attach_type: 'egress', cgroup: '/pods/**' };
      await add({ name: 'soon', condition: { ...condition, longer_than_ms: 300 } });
      // Empty for less; then gone with its cgroup; then empty for good.
      await submit('web-2', [detach(3, '/pods/b'), attach(3, '/pods/b')]);
      await submit('web-2', [detach(3, '/pods/b'), { name: 'rmdir', path: '/pods/b' }]);
      await submit('web-2', [detach(3, '/pods/a')]);
      const [first] = await receiver.waitForTaken(1);
      expect(first?.body).toMatchObject({
        type: 'bpfledger.alert.empty',
        data: { host: 'web-2', places: [{ cgroup: '/pods/a', attach_type: EGRESS }] },
      });
      const { since, until: end } = (first?.body.data ?? {}) as { since: string; until?: string };
      expect(Date.parse(first?.body.time ?? '') - Date.parse(since)).toBe(300);
      expect(end).toBeUndefined();
      // A recording that came late is told of as it was.
      const long = { call: detach(3, '/pods/a'), at: '2026-03-25T06:57:46.640559Z' };
      const back = { call: attach(3, '/pods/a'), at: '2026-03-25T06:57:48.640559Z' };
      await submit('web-2', [attach(3, '/pods/a'), long, back]);
      const [, second] = await receiver.waitForTaken(2);
      expect(second?.body.data).toMatchObject({
        since: '2026-03-25T06:57:46.640559Z',
        until: '2026-03-25T06:57:48.640559Z',
      });
      expect(receiver.got.length).toBe(2);
      await submit('web-2', [detach(3, '/pods/a')]);
    }));

  it("about entries of others tells whose was replaced, and not of a process's own", () =>
    withReceiver(async () => {
      await add({ name: 'replaced', condition: { kind: 'replaced', cgroup: '/pods/**' } });
      const replace = (comm: string, attach_bpf_fd: number, replace_bpf_fd: number) => ({
        comm,
        call: { ...attach(attach_bpf_fd, '/pods/a'), flags: ['multi', 'replace'], replace_bpf_fd },
      });
      await submit('db-1', [{ comm: 'agent', call: attach(3, '/pods/a') }]);
      await submit('db-1', [replace('agent', 4, 3), replace('intruder', 3, 4)]);
      const link = { name: 'link_create', prog_fd: 3, target_path: '/pods/b', attach_type: EGRESS };
      await submit('db-1', [{ comm: 'agent', call: link }]);
      await submit('db-1', [
        { comm: 'intruder', call: { name: 'link_update', link_fd: 6, new_prog_fd: 4 } },
      ]);
      const [first, second] = await receiver.waitForTaken(2);
      expect(first?.body.data).toMatchObject({
        owner: { comm: 'agent' },
        event: { comm: 'intruder', call: { name: 'prog_attach' } },
        places: [{ cgroup: '/pods/a' }],
      });
      expect(second?.body.data).toMatchObject({
        owner: { comm: 'agent' },
        event: { comm: 'intruder', call: { name: 'link_update' } },
        places: [{ cgroup: '/pods/b' }],
      });
      expect(receiver.got.length).toBe(2);
      // Several together: who gave the link its program last is the owner, also by the same one again.
      const update = (comm: string, new_prog_fd: number) => ({
        comm,
        call: { name: 'link_update', link_fd: 6, new_prog_fd },
      });
      await submit('db-1', [
        ...[update('intruder', 3), update('agent', 3), update('agent', 4)],
        ...[update('intruder', 3), update('other', 4)],
      ]);
      const told = (await receiver.waitForTaken(4)).slice(2).map(({ body }) => body.data);
      expect(told).toMatchObject([
        { owner: { comm: 'agent' }, event: { comm: 'intruder' } },
        { owner: { comm: 'intruder' }, event: { comm: 'other' } },
      ]);
    }));

  it('about drift tells what a kernel answered otherwise than the rules', () =>
    withReceiver(async () => {
      await add({ name: 'drift', filter: { drift: true } });
      const body = { call: mkdir('/pods'), outcome: { ret: 0 } };
      const odd = { call: mkdir('/pods/x'), outcome: { errno: 'EACCES' } };
      await post(service.app, '/v1/hosts/db-1/syscalls', { headers, body });
      await post(service.app, '/v1/hosts/db-1/syscalls', { headers, body: odd });
      const taken = await receiver.waitForTaken(1);
      expect(taken.at(-1)?.body.data).toMatchObject({ event: { expected: { ret: 0 } } });
    }));
});

describe('a receiver', () => {
  it('that fails gets the same message again, the later ones of the host after it', () =>
    withReceiver(async () => {
      await add({ name: 'made', filter: { call: ['mkdir'] } });
      let failures = 3;
      receiver.answer(({ body }) => (body.subject === 'web-1' && failures-- > 0 ? 500 : 200));
      for (const n of [1, 2, 3]) await submit('web-1', [mkdir(`/r${n}`)]);
      await submit('db-1', [mkdir('/r')]);
      const taken = await receiver.waitForTaken(4);
      const paths = taken
        .filter(({ body }) => body.subject === 'web-1')
        .map(({ body }) => (body.data.event as { call: { path: string } }).call.path);
      expect(paths).toEqual(['/r1', '/r2', '/r3']);
      expect(receiver.got.length).toBe(7);
      expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(4);
    }));

  it('that takes nothing leaves dead deliveries, which can be tried again, in order', () =>
    withReceiver(async () => {
      const { rule_id } = await add({ name: 'made', filter: { call: ['mkdir'] } });
      receiver.answer(302);
      await submit('web-1', [mkdir('/d1'), mkdir('/d2')]);
      const dead = `/v1/rules/${rule_id}/deliveries?state=dead`;
      await until(async () => (await get(dead, deliveryPage)).items.length === 2);
      const { items } = await get(dead, deliveryPage);
      expect(items).toMatchObject([
        { host: 'web-1', attempts: 4, fault: 'answered 302: redirects are not followed' },
        { host: 'web-1', attempts: 4 },
      ]);
      expect(await get(`/v1/rules/${rule_id}`, ruleAnswer)).toMatchObject({ pending: 0, dead: 2 });
      receiver.answer(200);
      const again = await post(service.app, `/v1/rules/${rule_id}/deliveries/retry`, {
        headers,
        body: {},
      });
      expect(await parse(again, retryAnswer)).toEqual({ retried: 2 });
      const taken = await receiver.waitForTaken(2);
      expect(taken.map(({ id }) => id)).toEqual(items.map(({ message_id }) => message_id));
      const done = `/v1/rules/${rule_id}/deliveries?state=delivered`;
      await until(async () => (await get(done, deliveryPage)).items.length === 2);
      const page = await get(`${done}&limit=1`, deliveryPage);
      const rest = await get(`${done}&next=${page.next}`, deliveryPage);
      expect([page, rest].flatMap((one) => one.items.map(({ message_id }) => message_id))).toEqual(
        items.map(({ message_id }) => message_id),
      );
    }));

  it('that is slow keeps no other from its alerts', () =>
    withReceiver(async () => {
      const slow = await startReceiver();
      let release: (status: number) => void = () => undefined;
      slow.answer(
        () =>
          new Promise((resolve) => {
            release = resolve;
          }),
      );
      await add({ name: 'slow', url: slow.url, filter: { call: 'mkdir' } });
      await add({ name: 'quick', filter: { call: 'mkdir' } });
      await submit('web-1', [mkdir('/s1')]);
      await submit('web-1', [mkdir('/s2')]);
      await receiver.waitForTaken(2);
      expect(slow.got.length).toBe(1);
      slow.answer(200);
      release(200);
      await slow.waitForTaken(2);
      await slow.close();
    }));
});

describe('who may', () => {
  it('a writer sees its own rules and its own hosts, an administrator all, a reader none', () =>
    withReceiver(async () => {
      const { rule_id } = await add({ name: 'own', filter: { call: 'mkdir' } }, 'few');
      const other = await add({ name: 'other', filter: { call: 'rmdir' } });
      expect((await get('/v1/rules', ruleList, 'few')).items.map(({ name }) => name)).toEqual([
        'own',
      ]);
      expect((await get('/v1/rules', ruleList)).items.length).toBe(2);
      const foreign = `/v1/rules/${other.rule_id}`;
      const asked = await service.app.request(foreign, { headers: bearer('few') });
      expect(await problem(asked)).toMatchObject({
        status: 404,
        detail: `there is no rule ${other.rule_id}`,
      });
      expect((await remove(other.rule_id, 'few')).status).toBe(404);
      expect((await remove(rule_id, 'reads')).status).toBe(403);
      await submit('db-1', [mkdir('/w')]);
      await submit('web-1', [mkdir('/w')]);
      const taken = await receiver.waitForTaken(1);
      expect(taken.map(({ body }) => body.subject)).toEqual(['web-1']);
    }));

  it('a token that counts no more gets nothing, until it counts again', () =>
    withReceiver(async () => {
      const { rule_id } = await add({ name: 'own', filter: { call: 'mkdir' } }, 'few');
      service.tokens?.replace(namedTokens(OTHERS));
      await submit('web-1', [mkdir('/z1')]);
      expect(await get(`/v1/rules/${rule_id}`, ruleAnswer)).toMatchObject({ suspended: true });
      await add({ name: 'another', filter: { call: 'mkdir' } });
      await submit('web-1', [mkdir('/z2')]);
      expect((await receiver.waitForTaken(1))[0]?.body.data).toMatchObject({
        rule: { name: 'another' },
      });
      service.tokens?.replace(namedTokens(TOKENS));
      const taken = await receiver.waitForTaken(3);
      expect(taken.map(({ body }) => (body.data.rule as { name: string }).name).sort()).toEqual([
        ...['another', 'own', 'own'],
      ]);
    }));

  it('a wrong rule is refused by its field, and no answer but the first has the secret', () =>
    withReceiver(async () => {
      const made = await add({ name: 'one', filter: { call: 'mkdir' } });
      const refuse = async (rule: object) => {
        const body = { name: 'two', url: receiver.url, filter: { call: 'mkdir' }, ...rule };
        return problem(await post(service.app, '/v1/rules', { headers, body }));
      };
      expect(await refuse({ name: 'one' })).toMatchObject({ status: 409, field: 'name' });
      expect(await refuse({ url: 'http://10.0.0.1/' })).toMatchObject({
        status: 422,
        field: 'url',
      });
      expect(await refuse({ url: 'http://localhost/' })).toMatchObject({ field: 'url' });
      expect(await refuse({ filter: {} })).toMatchObject({ field: 'filter' });
      expect(await refuse({ filter: { cal: 'mkdir' } })).toMatchObject({ field: 'filter.cal' });
      expect(await refuse({ filter: { call: 'mkdr' } })).toMatchObject({
        detail: 'filter.call.0: unknown call "mkdr"; did you mean "mkdir"?',
      });
      expect(await refuse({ secret: 'whsec_AAAA' })).toMatchObject({ field: 'secret' });
      const condition = { kind: 'left', program: {}, cgroup: '/*/*/*/*/*' };
      expect(await refuse({ condition })).toMatchObject({
        status: 422,
        field: 'condition.program',
      });
      const texts = ['/v1/rules', `/v1/rules/${made.rule_id}`].map(async (path) => {
        return (await service.app.request(path, { headers })).text();
      });
      expect((await Promise.all(texts)).join()).not.toContain(made.secret);
    }));
});

it('nothing went wrong meanwhile', () => {
  expect(service.faults).toEqual([]);
});
