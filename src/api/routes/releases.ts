/** GET /v1/releases: what each kernel does; GET /v1/releases/diff: how two differ, in sentences. */
import { z } from '@hono/zod-openapi';
import { describeSwitches, differences } from '../../domain/release/describe.ts';
import {
  knownReleases,
  type Release,
  releaseOf,
  unknownRelease,
} from '../../domain/release/release.ts';
import { strictObject } from '../../events/schema/strict-object.ts';
import { ProblemError } from '../problem.ts';
import { type App, createRoute, readsWithoutTag, shortText } from '../routing.ts';

const switchValue = z.union([z.boolean(), z.number(), z.string()]);

const releaseView = z
  .strictObject({
    id: z.string(),
    basis: z.enum(['measured', 'inferred', 'vendor']).meta({
      description:
        'measured: this exact version was recorded; vendor: it carries backports, so that its ' +
        'number says little; inferred: neither, it is derived from its neighbours',
    }),
    note: z.string().optional(),
    switches: z.array(
      z.strictObject({
        name: z.string(),
        value: switchValue,
        meaning: z.string(),
        since: z.string(),
        evidence: z.enum(['measured', 'read', 'remembered', 'inferred', 'vendor']),
        measured_in: z.string().optional(),
        source: z.string(),
        bug: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'ReleaseWithSwitches' });

const releasesView = z.strictObject({ items: z.array(releaseView) }).meta({ id: 'ReleaseList' });

const differencesView = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    differences: z.array(
      z.strictObject({
        name: z.string(),
        from: switchValue,
        to: switchValue,
        sentence: z.string(),
        bug: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'ReleaseDifferences' });

const listRoute = createRoute({
  method: 'get',
  path: '/v1/releases',
  operationId: 'listReleases',
  access: { role: 'reader', hosts: 'none' },
  summary: 'The releases, with every switch, what it means, since when, and the source',
  request: { query: strictObject({ release: shortText.optional() }) },
  responses: readsWithoutTag('Releases, oldest first.', releasesView),
});

const diffRoute = createRoute({
  method: 'get',
  path: '/v1/releases/diff',
  operationId: 'diffReleases',
  access: { role: 'reader', hosts: 'none' },
  summary: 'How two releases differ, in sentences',
  request: { query: strictObject({ from: shortText, to: shortText }) },
  responses: readsWithoutTag('The differences.', differencesView),
});

export function releases(app: App): void {
  app.openapi(listRoute, (c) => {
    const { release } = c.req.valid('query');
    const ids =
      release === undefined ? distinctReleases() : [requireRelease(release, 'release').id];
    const items = ids.map((id) => {
      const found = requireRelease(id, 'release');
      const { basis, note } = found;
      const noted = note === undefined ? {} : { note };
      return { id, basis, ...noted, switches: describeSwitches(found) };
    });
    return c.json({ items }, 200);
  });

  app.openapi(diffRoute, (c) => {
    const query = c.req.valid('query');
    const [from, to] = [requireRelease(query.from, 'from'), requireRelease(query.to, 'to')];
    return c.json({ from: from.id, to: to.id, differences: differences(from, to) }, 200);
  });
}

/** A bare series stands for its newest measured update, so some names mean the same release. */
function distinctReleases(): readonly string[] {
  return [...new Set(knownReleases().map((name) => requireRelease(name, 'release').id))];
}

function requireRelease(name: string, field: string): Release {
  const release = releaseOf(name);
  if (release !== undefined) return release;
  throw new ProblemError('unknown-release', { detail: unknownRelease(name), field });
}
