/** GET /v1/effective: where a program is effective; and …/majority: which hosts run something else than most. */
import { hostsByIds } from '../../events/hosts.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { effectiveEverywhere, type SlotKey } from '../../time-travel/fleet/effective-everywhere.ts';
import { majorityOf, type ProgramChain } from '../../time-travel/fleet/majority.ts';
import { FLEET_QUESTIONS } from '../limits.ts';
import { invalid } from '../problem.ts';
import {
  hostsQuery,
  keyOfToken,
  timeQuery,
  tokenOfKey,
  wantedHosts,
} from '../request/fleet-query.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import { fieldsQuery, itemsWith } from '../request/list.ts';
import { placeQuery } from '../request/place.ts';
import {
  type App,
  createRoute,
  limitParam,
  readsWithoutTag,
  severalOf,
  shortText,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { hostSlot, hostSlotOnWire, hostSlotPage, majorityAnswer } from '../wire/fleet.ts';

const everywhereRoute = createRoute({
  method: 'get',
  path: '/v1/effective',
  operationId: 'getEffectiveEverywhere',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Where a program is effective: on which hosts, cgroups, attach types and slots',
  description:
    'Now or `at` a time, on the hosts that the token may see, without branches. One of ' +
    '`program_tag` and `program_name` is needed; with both, both must hold. A program that is ' +
    'attached to a cgroup is effective on those below it too, unless their lists hide it.',
  request: {
    query: strictObject({
      program_tag: severalOf(shortText, 'Tag of the program.'),
      program_name: severalOf(shortText, 'Name of the program.'),
      attach_type: placeQuery.attach_type.optional(),
      cgroup: path.optional().describe('Only on the cgroup at this path.'),
      ...hostsQuery,
      ...timeQuery,
      ...fieldsQuery(hostSlot),
      limit: limitParam,
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Slots, host by host.', hostSlotPage),
});

/** Chains that one answer tells. */
const CHAINS_MAX = 100;

const majorityRoute = createRoute({
  method: 'get',
  path: '/v1/effective/majority',
  operationId: 'getMajority',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'What most hosts run on a cgroup for an attach type, and which run something else',
  description:
    'Effective arrays as chains of programs, told apart by tag and name, now or `at` a time, on the ' +
    `hosts that the token may see, without branches. Of the chains the ${CHAINS_MAX} of most hosts are told.`,
  request: {
    query: strictObject({
      attach_type: placeQuery.attach_type,
      cgroup: path.describe('The path of a cgroup; hosts without one are left out.'),
      ...hostsQuery,
      ...timeQuery,
      limit: limitParam,
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('The majority, and who differs.', majorityAnswer),
});

export function fleetEffective(app: App, service: Service): void {
  const { log, arrivals } = service;
  const questions = new HeavyReads(service, FLEET_QUESTIONS);

  app.openapi(majorityRoute, async (c) => {
    const { attach_type, cgroup, host, at: time, limit, next = '' } = c.req.valid('query');
    const hosts = await wantedHosts(service, c.get('principal'), host);
    await arrivals.catchUp();
    const { chains, names } = await questions.answer(c, async ({ database }) => {
      const question = { attach_type, path: cgroup, hosts, time };
      const majority = await majorityOf({ log, database }, question);
      const differing = majority.chains.slice(1).flatMap((one) => one.hosts);
      return { ...majority, names: await hostsByIds(database, differing) };
    });
    const others = chains
      .slice(1)
      .flatMap((one) => one.hosts.map((id) => ({ host: names.get(id) ?? '', chain: one.chain })))
      .filter((one) => one.host > next)
      .sort((a, b) => (a.host < b.host ? -1 : 1));
    const last = others[limit - 1];
    return c.json(
      {
        ...{ attach_type, path: cgroup },
        hosts: chains.reduce((sum, one) => sum + one.hosts.length, 0),
        tie: chains.length > 1 && chains[0]?.hosts.length === chains[1]?.hosts.length,
        chains: chains
          .slice(0, CHAINS_MAX)
          .map((one) => ({ hosts: one.hosts.length, chain: onWire(one.chain) })),
        differing: others.slice(0, limit).map((one) => ({ ...one, chain: onWire(one.chain) })),
        ...(others.length > limit && last && { next: last.host }),
      },
      200,
    );
  });

  app.openapi(everywhereRoute, async (c) => {
    const { program_tag: tags, program_name: names, ...query } = c.req.valid('query');
    const { attach_type, cgroup, host, at: time, fields, limit, next } = query;
    if (tags === undefined && names === undefined) {
      const message = 'is missing; give `program_tag` or `program_name`';
      throw invalid([{ field: 'program_tag', message }]);
    }
    const hosts = await wantedHosts(service, c.get('principal'), host);
    const from = slotKey(next === undefined ? [] : keyOfToken(next, 4));
    await arrivals.catchUp();
    const page = await questions.answer(c, ({ database }) => {
      const question = { tags, names, attach_type, path: cgroup, hosts, time };
      return effectiveEverywhere({ log, database }, question, { from, limit });
    });
    return c.json(
      {
        items: itemsWith(page.slots.map(hostSlotOnWire), fields),
        ...(page.next && {
          next: tokenOfKey([
            page.next.host_id,
            page.next.cgroup_id,
            page.next.type,
            page.next.slot,
          ]),
        }),
      },
      200,
    );
  });
}

const onWire = (chain: ProgramChain) => chain.map((one) => ({ ...one }));

function slotKey([host_id = 0, cgroup_id = 0, type = 0, slot = 0]: readonly number[]): SlotKey {
  return { host_id, cgroup_id, type, slot };
}
