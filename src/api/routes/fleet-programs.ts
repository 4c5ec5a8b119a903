/** GET /v1/programs: programs of all hosts by tag or name. */
import { strictObject } from '../../events/schema/strict-object.ts';
import {
  countPrograms,
  type ProgramKey,
  programsEverywhere,
} from '../../projections/fleet/program-lives.ts';
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
import { itemsWith, listQuery } from '../request/list.ts';
import {
  type App,
  createRoute,
  limitParam,
  readsWithoutTag,
  severalOf,
  shortText,
} from '../routing.ts';
import type { Service } from '../service.ts';
import { hostProgram, hostProgramOnWire, hostProgramPage } from '../wire/fleet.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/programs',
  operationId: 'listFleetPrograms',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Programs of all hosts by tag or name',
  description:
    'Those that are loaded, now or `at` a time, on the hosts that the token may see, without ' +
    'branches. One of `tag` and `name` is needed; with both, both must hold.',
  request: {
    query: strictObject({
      tag: severalOf(shortText, 'Tag of the program.'),
      name: severalOf(shortText, 'Name of the program.'),
      ...hostsQuery,
      ...timeQuery,
      ...listQuery(hostProgram),
      limit: limitParam,
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Programs, host by host.', hostProgramPage),
});

export function fleetPrograms(app: App, service: Service): void {
  const questions = new HeavyReads(service, FLEET_QUESTIONS);
  app.openapi(route, async (c) => {
    const { tag: tags, name: names, host, at: time, ...query } = c.req.valid('query');
    const { count, fields, order, limit, next } = query;
    if (tags === undefined && names === undefined) {
      throw invalid([{ field: 'tag', message: 'is missing; give `tag` or `name`' }]);
    }
    const hosts = await wantedHosts(service, c.get('principal'), host);
    const key = next === undefined ? undefined : keyOfToken(next, 3);
    const after = key && programKey(key);
    await service.arrivals.catchUp();
    const question = { tags, names, hosts, time };
    const page = await questions.answer(c, async ({ database }) => ({
      rows: await programsEverywhere(database, question, { after, limit, order }),
      counted: count && (await countPrograms(database, question)),
    }));
    const last = page.rows.length < limit ? undefined : page.rows.at(-1);
    return c.json(
      {
        items: itemsWith(page.rows.map(hostProgramOnWire), fields),
        ...page.counted,
        ...(last && { next: tokenOfKey([last.host_id, last.boot, last.prog_id]) }),
      } as never,
      200,
    );
  });
}

function programKey([host_id = 0, boot = 0, prog_id = 0]: readonly number[]): ProgramKey {
  return { host_id, boot, prog_id };
}
