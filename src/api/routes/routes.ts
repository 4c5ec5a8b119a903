/**
 * Every route, in the order in which they are matched: `events/stream` before `events/{position}`,
 * `cgroups/history` and `cgroups/outline` before `cgroups/{cgroup_id}`.
 */

import { STORIES, TIMELINES, WHOLE_STATES } from '../limits.ts';
import { HeavyReads } from '../request/heavy-read.ts';
import type { App } from '../routing.ts';
import type { Service } from '../service.ts';
import { arrayTimelines } from './array-timeline.ts';
import { bisect } from './bisect.ts';
import { branches } from './branches.ts';
import { bundles } from './bundles.ts';
import { cgroups } from './cgroups.ts';
import { checkpoints } from './checkpoints.ts';
import { deletions } from './deletions.ts';
import { diff } from './diff.ts';
import { docs } from './docs.ts';
import { drift } from './drift.ts';
import { effective } from './effective.ts';
import { eventStream } from './event-stream.ts';
import { events } from './events.ts';
import { executor } from './executor.ts';
import { explain } from './explain.ts';
import { exports } from './export.ts';
import { fleetEffective } from './fleet-effective.ts';
import { fleetEvents } from './fleet-events.ts';
import { fleetPrograms } from './fleet-programs.ts';
import { gaps } from './gaps.ts';
import { histories } from './history.ts';
import { hosts } from './hosts.ts';
import { mapContents } from './map-contents.ts';
import { metrics } from './metrics.ts';
import { objects } from './objects.ts';
import { operations } from './operations.ts';
import { outline } from './outline.ts';
import { page } from './page.ts';
import { pins } from './pins.ts';
import { plans } from './plan.ts';
import { proofs } from './proofs.ts';
import { recordings } from './recordings.ts';
import { releases } from './releases.ts';
import { replays } from './replays.ts';
import { rules } from './rules.ts';
import { state } from './state.ts';
import { stateStreams } from './state-streams.ts';
import { syscalls } from './syscalls.ts';
import { timeline } from './timeline.ts';
import { verify } from './verify.ts';

/** Registers all routes of the API. */
export function routes(app: App, service: Service): void {
  // Of these kinds several routes share the bound.
  const states = new HeavyReads(service, WHOLE_STATES);
  const stories = new HeavyReads(service, STORIES);
  const timelines = new HeavyReads(service, TIMELINES);

  operations(app, service);
  metrics(app, service);
  page(app);
  docs(app);
  releases(app);
  fleetEvents(app, service);
  fleetPrograms(app, service);
  fleetEffective(app, service);
  deletions(app, service);
  rules(app, service);
  hosts(app, service);
  syscalls(app, service);
  plans(app, service);
  replays(app, service);
  branches(app, service);
  eventStream(app, service);
  events(app, service);
  state(app, service, states);
  histories(app, service, stories);
  outline(app, service);
  cgroups(app, service, states);
  effective(app, service);
  stateStreams(app, service);
  arrayTimelines(app, service, timelines);
  timeline(app, service);
  objects(app, service);
  mapContents(app, service);
  pins(app, service);
  executor(app, service);
  drift(app, service);
  explain(app, service, stories);
  gaps(app, service, timelines);
  bisect(app, service, timelines);
  diff(app, service);
  checkpoints(app, service);
  proofs(app, service);
  verify(app, service);
  exports(app, service);
  bundles(app, service);
  recordings(app, service);
}
