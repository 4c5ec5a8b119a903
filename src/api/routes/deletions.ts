/** GET /v1/deletions: what stays of hosts that were deleted. */
import { countDeletions, listDeletions } from '../../events/host-deletions.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { hostsQuery, keyOfToken, tokenOfKey } from '../request/fleet-query.ts';
import { itemsWith, listQuery } from '../request/list.ts';
import { type App, createRoute, limitParam, readsWithoutTag, shortText } from '../routing.ts';
import type { Service } from '../service.ts';
import { deletionOnWire, deletionPage, deletionRow } from '../wire/deletion.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/deletions',
  operationId: 'listDeletions',
  access: { role: 'reader', hosts: 'filtered' },
  summary: 'Hosts that were deleted, and what is known of them',
  description:
    'The owner of the database deletes a host with all its events (`bpfledger hosts delete`), which ' +
    'no request can. What stays of each is here, in the order in which they were deleted, for hosts ' +
    'that the token may see.',
  request: {
    query: strictObject({
      ...hostsQuery,
      ...listQuery(deletionRow),
      limit: limitParam,
      next: shortText.optional().describe('The `next` of the page before.'),
    }),
  },
  responses: readsWithoutTag('Deleted hosts.', deletionPage),
});

export function deletions(app: App, { database }: Service): void {
  app.openapi(route, async (c) => {
    const { host: wanted, count, fields, order, limit, next } = c.req.valid('query');
    const question = { may: c.get('principal').hosts, wanted };
    const key = next === undefined ? undefined : keyOfToken(next, 2);
    const after = key && { deleted_at: key[0] ?? 0, host_id: key[1] ?? 0 };
    const rows = await listDeletions(database, question, { after, order, limit });
    const counted = count && { count: await countDeletions(database, question) };
    const last = rows.length < limit ? undefined : rows.at(-1);
    return c.json(
      {
        items: itemsWith(rows.map(deletionOnWire), fields),
        ...counted,
        ...(last && { next: tokenOfKey([last.deleted_at, last.host_id]) }),
      } as never,
      200,
    );
  });
}
