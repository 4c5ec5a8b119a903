// Hosts that an older release let a write spoil: a time past 2^53, a cgroup that is its own
// ancestor, a state beyond memory. They are read, as far as it is bearable, and never end the
// service or hold it up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verification } from '../../src/api/routes/verify.ts';
import { bootEffect, emptyKernel } from '../../src/domain/boot.ts';
import type { Call } from '../../src/domain/call.ts';
import { decide } from '../../src/domain/decide.ts';
import type { Effect } from '../../src/domain/effect.ts';
import { applyAll } from '../../src/domain/evolve.ts';
import type { Kernel } from '../../src/domain/kernel.ts';
import { BOOT_PID, type BootConfig } from '../../src/domain/release/config.ts';
import { BUNDLE_TYPE } from '../../src/events/bundle/bundle-line.ts';
import type { LedgerEvent } from '../../src/events/event.ts';
import { addHost, appendHistory } from '../support/projected-log.ts';
import type { Step } from '../support/random-history.ts';
import { lines, parse, post, problem, startTestService, type TestService } from './running.ts';

let service: TestService;
const get = (path: string) => service.app.request(path);
const json = async (path: string) => (await get(path)).json() as Promise<Record<string, unknown>>;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.faults).toEqual([]);
  await service.close();
});

/** A log as it was written when nothing was refused. */
class OlderLog {
  readonly #kernel: Kernel = emptyKernel();
  /** Each makes its step when it is stored, since rows are made of the state right after it. */
  readonly #steps: ((position: number) => Step)[] = [];

  boot(config: Partial<BootConfig> = {}): this {
    return this.#add(() => {
      const boot = { release: '6.18.44', boot_id: 'b' };
      const effect = bootEffect(this.#kernel, { ...boot, config });
      return { call: { name: 'boot', ...boot, config: effect.config }, effects: [effect] };
    });
  }

  does(call: Call, at?: number): this {
    return this.#add(() => {
      const decision = decide(this.#kernel, BOOT_PID, call);
      return { call, ...decision, ...(at !== undefined && { at }) };
    });
  }

  /** An event with these effects, whatever call had them. */
  was(effects: readonly Effect[]): this {
    return this.#add(() => ({ call: { name: 'exec' }, effects }));
  }

  async store(host: string): Promise<void> {
    const hostId = await addHost(service.database, host);
    await appendHistory(service.database, hostId, this.#made(), { sizeOf: () => 1 });
  }

  *#made(): Generator<Step> {
    for (const [i, made] of this.#steps.entries()) yield made(i + 1);
  }

  #add(made: () => Pick<LedgerEvent, 'call' | 'effects'> & Partial<LedgerEvent>): this {
    this.#steps.push((position) => {
      const event = made();
      applyAll(this.#kernel, event.effects, BOOT_PID);
      const recorded_at = 1_790_000_000_000_000 + position;
      const common = { source: 'decided', boot: 1, actor: 'local', pid: 1, comm: '' } as const;
      const whole = { outcome: { ret: 0 }, at: recorded_at, ...common, ...event };
      return { event: { position, recorded_at, ...whole }, kernel: this.#kernel };
    });
    return this;
  }
}

const record = (host: string, path: string) =>
  post(service.app, `/v1/hosts/${host}/syscalls`, { body: { call: { name: 'mkdir', path } } });

describe('a time past 2^53', () => {
  /** As near as a number comes. */
  const LATE = Date.parse('9999-12-31T23:59:59.999Z') * 1000 + 999;

  beforeAll(async () => {
    const log = new OlderLog().boot().does({ name: 'mkdir', path: '/a' });
    await log
      .does({ name: 'mkdir', path: '/b' }, LATE)
      .does({ name: 'mkdir', path: '/c' })
      .store('late');
  });

  it('is read, exported and written after', async () => {
    expect((await record('late', '/d')).status).toBe(200);
    expect((await record('late', '/e')).status).toBe(200);
    const told = await lines(await get('/v1/hosts/late/export'));
    expect(told).toHaveLength(6);
    expect(told[2]).toMatchObject({ position: 3, at: expect.stringMatching(/^9999-12-31T23:59/) });
    const moment = encodeURIComponent('2030-01-01T00:00:00Z');
    expect(await json(`/v1/hosts/late/cgroups?at=${moment}`)).toMatchObject({ position: 2 });
    expect(await json('/v1/hosts/late/events?from=2030-01-01T00:00:00Z')).toMatchObject({
      items: [{ position: 3 }],
    });
    const verdict = await parse(await get('/v1/hosts/late/verify'), verification);
    expect(verdict.chain.faults).toEqual([]);
  });

  it('is not imported', async () => {
    const body = await (await get('/v1/hosts/late/export?format=bundle')).text();
    const headers = { 'content-type': BUNDLE_TYPE };
    const refused = await post(service.app, '/v1/bundles?host=again', { headers, body });
    expect((await problem(refused)).type).toBe('urn:bpfledger:problem:bundle-refused');
  });
});

describe('a cgroup that has the id of the root', () => {
  beforeAll(async () => {
    const log = new OlderLog().boot({ first_cgroup_id: 1 });
    log.does({ name: 'mkdir', path: '/a' }).does({ name: 'mkdir', path: '/a/b' });
    log.does({ name: 'prog_load', prog_type: 'cgroup_skb' });
    await log.does({ name: 'mkdir', path: '/c' }).store('cycle');
  });

  it.each([
    'state',
    'cgroups/2',
    'cgroups?format=bpftool',
    'effective?cgroup=/a/b&attach_type=egress',
    'explain?cgroup=/a/b&attach_type=egress&program=1',
    'gaps?cgroup=/a/b&attach_type=egress',
    'diff?from=2',
  ])('ends the read of %s', async (path) => {
    expect((await get(`/v1/hosts/cycle/${path}`)).status).toBe(200);
  });

  it('ends an attach', async () => {
    const call = { name: 'link_create', prog_fd: 3, target_path: '/a/b', attach_type: 'egress' };
    const made = await post(service.app, '/v1/hosts/cycle/syscalls', { body: { call } });
    expect(((await made.json()) as { outcome: object }).outcome).toMatchObject({ ret: 5 });
  });
});

describe('a bundle whose chain holds', () => {
  async function importCopy(host: string) {
    const body = await (await get(`/v1/hosts/${host}/export?format=bundle`)).text();
    const headers = { 'content-type': BUNDLE_TYPE };
    return post(service.app, `/v1/bundles?host=${host}-again`, { headers, body });
  }

  it.each([
    ['of 2200', 'more than 300 s after it was recorded', 2],
    ['with the id of the root', 'must be greater than root_cgroup_id', 1],
  ])('is refused for an event %s', async (what, why, position) => {
    const host = what.replaceAll(' ', '-');
    const config = what === 'of 2200' ? {} : { first_cgroup_id: 1 };
    const at = what === 'of 2200' ? Date.parse('2200-01-01T00:00:00Z') * 1000 : undefined;
    const log = new OlderLog().boot(config).does({ name: 'mkdir', path: '/a' }, at);
    await log.store(host);
    const told = await problem(await importCopy(host));
    expect(told).toMatchObject({ type: 'urn:bpfledger:problem:bundle-refused', position });
    expect(told.detail).toContain(why);
  });

  it('is taken otherwise', async () => {
    await new OlderLog().boot().does({ name: 'mkdir', path: '/a' }).store('sound');
    expect((await importCopy('sound')).status).toBe(201);
  });
});

describe('a state that is larger than a host may be', () => {
  const FDS = 150_000;
  const FORKS = 8;

  beforeAll(async () => {
    const dups = Array.from({ length: FDS }, (_, i): Effect => {
      return { type: 'FdDuplicated', fd: 0, to_fd: 3 + i };
    });
    const log = new OlderLog().boot().was(dups);
    for (let i = 0; i < FORKS; i++) log.does({ name: 'fork' });
    await log.store('large');
  }, 60_000);

  it('is refused with a problem, and read where it was smaller', async () => {
    for (const path of ['state', 'links', 'cgroups']) {
      const { type, detail } = await problem(await get(`/v1/hosts/large/${path}`));
      expect(type).toBe('urn:bpfledger:problem:host-too-large');
      expect(detail).toContain('from position 8 on');
    }
    expect((await problem(await record('large', '/a'))).status).toBe(422);
    expect(await json('/v1/hosts/large/cgroups?at=7')).toMatchObject({ items: [{ path: '/' }] });
    expect(await json('/v1/hosts/large/events?after=7')).toMatchObject({ items: [{}, {}, {}] });
  });

  it('is not imported', async () => {
    const body = await (await get('/v1/hosts/large/export?format=bundle')).text();
    const headers = { 'content-type': BUNDLE_TYPE };
    const refused = await post(service.app, '/v1/bundles?host=large-again', { headers, body });
    expect((await problem(refused)).type).toBe('urn:bpfledger:problem:host-too-large');
  });
});
