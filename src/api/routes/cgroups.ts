/** GET …/cgroups: the tree, and one cgroup with what is attached to it and what runs on it. */
import { z } from '@hono/zod-openapi';
import type { Kernel } from '../../domain/kernel.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { path } from '../../events/schema/text.ts';
import { cgroupsByIds } from '../../projections/cgroups.ts';
import { effectiveOnCgroup } from '../../projections/effective-on.ts';
import { listsOf } from '../../projections/entries.ts';
import { livingCgroups } from '../../projections/living.ts';
import type { CountedPage } from '../../projections/moment.ts';
import { type AttachedView, listAttached } from '../../projections/state.ts';
import { invalid } from '../problem.ts';
import { atQuery, worldAt } from '../request/at.ts';
import {
  answerShow,
  answerTree,
  bpftoolCgroupQuery,
  bpftoolShow,
  bpftoolTree,
  bpftoolTreeQuery,
  onlyWithBpftool,
  refuseParts,
} from '../request/bpftool.ts';
import type { HeavyReads } from '../request/heavy-read.ts';
import { inOrder, itemsWith, listQuery } from '../request/list.ts';
import { noSuchCgroup } from '../request/no-such-cgroup.ts';
import { nextPage, numberedPage, pinPage } from '../request/page.ts';
import { type App, countParam, createRoute, hostParams, reads } from '../routing.ts';
import type { Service } from '../service.ts';
import { cgroupDetail, cgroupPage, cgroupRow, oneOf } from '../wire/reads.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups',
  operationId: 'listCgroups',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'Living cgroups by id',
  request: {
    params: hostParams,
    query: strictObject({
      ...atQuery,
      ...numberedPage,
      ...listQuery(cgroupRow),
      ...bpftoolTreeQuery,
      path: path.optional().describe('Only the cgroup at this path.'),
      under: path.optional().describe('Only the cgroup at this path and those below it.'),
      attached: z
        .enum(['true', 'false'])
        .default('false')
        .describe('`true`: each with its own lists.'),
    }),
  },
  responses: reads('Cgroups.', z.union([cgroupPage, bpftoolTree])),
});

const oneRoute = createRoute({
  method: 'get',
  path: '/v1/hosts/{host}/cgroups/{cgroup_id}',
  operationId: 'getCgroup',
  access: { role: 'reader', hosts: ['path:host'] },
  summary: 'One cgroup: its lists and what runs on it',
  request: {
    params: hostParams.extend({ cgroup_id: countParam }),
    query: strictObject({ ...atQuery, ...bpftoolCgroupQuery }),
  },
  responses: reads(
    'The cgroup.',
    z.union([oneOf('CgroupAnswer', 'cgroup', cgroupDetail), bpftoolShow]),
  ),
});

/** The types of a cgroup's own lists, and what runs on it, in the order of the types' numbers. */
function programsOn(kernel: Kernel, cgroupId: number) {
  const cgroup = kernel.cgroups.get(cgroupId);
  if (cgroup === undefined) return undefined;
  return { types: [...cgroup.lists.keys()], effective: effectiveOnCgroup(kernel, cgroup) };
}

/** The cgroup at a path, as a page. */
function atPath(kernel: Kernel, path: string): CountedPage<number> {
  const id = kernel.cgroupIds.get(path);
  return id === undefined ? { page: [], count: 0 } : { page: [id], count: 1 };
}

/** The own lists of some cgroups. */
function listsOfAll(kernel: Kernel, ids: readonly number[]): Map<number, AttachedView[]> {
  return new Map(
    ids.flatMap((id) => {
      const cgroup = kernel.cgroups.get(id);
      return cgroup === undefined ? [] : [[id, listAttached(kernel, cgroup)] as const];
    }),
  );
}

/** @param states bounds the reads of whole states, whichever route they come by */
export function cgroups(app: App, service: Service, states: HeavyReads): void {
  const { database } = service;

  app.openapi(listRoute, async (c) => {
    const { host } = c.req.valid('param');
    const { path: only, under, attached, count, ...query } = pinPage(c.req.valid('query'));
    const { at, limit, after, order, fields, format, cgroup_root: root } = query;
    onlyWithBpftool(query);
    if (only !== undefined && under !== undefined) {
      throw invalid([{ field: 'under', message: 'path and under exclude each other' }]);
    }
    if (format === 'bpftool') {
      if (only !== undefined) {
        throw invalid([{ field: 'path', message: 'does not go with format=bpftool; use `under`' }]);
      }
      refuseParts({ after, count, fields });
      const effective = query.effective === 'true';
      const tree = { under: under ?? '/', effective, root };
      const answer = states.answerJson(c, ({ signal }) =>
        answerTree({ service, c, host, at, signal }, tree),
      );
      return answer as Promise<never>;
    }
    const read = (kernel: Kernel) => {
      const found =
        only === undefined
          ? livingCgroups(kernel, { limit, after, order, under })
          : atPath(kernel, only);
      return {
        ...found,
        lists: attached === 'true' ? listsOfAll(kernel, found.page) : undefined,
      };
    };
    const { moment, answer } = await worldAt(service, c, host, at, read);
    const { page: ids, lists } = answer;
    const rows = inOrder(await cgroupsByIds(database, moment, ids), order);
    const items =
      lists === undefined
        ? rows
        : rows.map((row) => ({ ...row, attached: lists.get(row.cgroup_id) ?? [] }));
    const paged = only === undefined && items.length === limit;
    const last = paged ? items.at(-1)?.cgroup_id : undefined;
    const { position } = moment;
    const next = last !== undefined && { next: nextPage(position, last) };
    const counted = count && { count: answer.count };
    const answered = { host, position, items: itemsWith(items, fields), ...counted, ...next };
    return c.json(answered as never, 200);
  });

  app.openapi(oneRoute, async (c) => {
    const { host, cgroup_id } = c.req.valid('param');
    const query = c.req.valid('query');
    const { at, format } = query;
    onlyWithBpftool(query);
    if (format === 'bpftool') {
      const effective = query.effective === 'true';
      return answerShow({ service, c, host, at }, { cgroupId: cgroup_id, effective });
    }
    const read = (kernel: Kernel) => programsOn(kernel, cgroup_id);
    const { moment, answer } = await worldAt(service, c, host, at, read);
    if (answer === undefined) {
      throw await noSuchCgroup(service, moment, { cgroup: cgroup_id, field: 'cgroup_id' });
    }
    const { types, effective } = answer;
    const [[row], attached] = await Promise.all([
      cgroupsByIds(database, moment, [cgroup_id]),
      listsOf(database, moment, { cgroup_id, types }),
    ]);
    const { position } = moment;
    return c.json({ host, position, cgroup: { ...row, attached, effective } } as never, 200);
  });
}
