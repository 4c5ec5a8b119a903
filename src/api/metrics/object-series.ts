/** The living objects of a host as metrics: one series each, so their number is bounded. */
import { Gauge, Registry } from 'prom-client';
import { CGROUP_HOOKS } from '../../domain/attach-type.ts';
import { hasHooks } from '../../domain/lsm-hooks.ts';
import { linksByIds } from '../../projections/links.ts';
import { livingLinks, livingMaps, livingPrograms } from '../../projections/living.ts';
import { loadTimes } from '../../projections/load-times.ts';
import { mapsByIds } from '../../projections/maps.ts';
import { programsByIds } from '../../projections/programs.ts';
import { OBJECT_SERIES_MAX } from '../limits.ts';
import type { Service } from '../service.ts';

const US_PER_S = 1_000_000;
const PAGE = { limit: OBJECT_SERIES_MAX };

/** The metrics of a host's objects now. Throws LogRefusal `no-such-host`. */
export async function objectSeries({ log, database }: Service, host: string): Promise<Registry> {
  const { moment, living } = await log.withHead(host, (kernel, moment) => ({
    moment,
    living: {
      program: livingPrograms(kernel, PAGE),
      link: livingLinks(kernel, PAGE),
      map: livingMaps(kernel, PAGE),
    },
  }));
  const series = newSeries();
  for (const [kind, { count }] of Object.entries(living)) series.objects.set({ kind }, count);
  const { program, link, map } = living;
  for (const row of await programsByIds(database, moment, program.page)) {
    const { prog_id: id, prog_name: name, prog_type: type, tag } = row;
    series.programs.set({ id, name, type, tag }, 1);
  }
  for (const [id, at] of await loadTimes(database, moment, program.page)) {
    series.loadTimes.set({ id }, at / US_PER_S);
  }
  for (const { link_id: id, prog_id, attach_type } of await linksByIds(
    database,
    moment,
    link.page,
  )) {
    const isOfCgroup = Object.hasOwn(CGROUP_HOOKS, attach_type) || hasHooks(attach_type);
    series.links.set({ id, prog_id, attach_type, type: isOfCgroup ? 'cgroup' : 'other' }, 1);
  }
  for (const { map_id: id, map_name: name, map_type: type } of await mapsByIds(
    database,
    moment,
    map.page,
  )) {
    series.maps.set({ id, name, type }, 1);
  }
  return series.registry;
}

function newSeries() {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    registry,
    objects: gauge('bpfledger_objects', 'Living objects of the host, by kind', ['kind']),
    programs: gauge('bpf_program_info', 'A program that lives; the value is always 1', [
      ...(['id', 'name', 'type', 'tag'] as const),
    ]),
    loadTimes: gauge(
      'bpf_program_load_time',
      'When a program was loaded, in seconds since 1970, where that was seen',
      ['id'],
    ),
    links: gauge('bpf_link_info', 'A link that lives; the value is always 1', [
      ...(['id', 'prog_id', 'type', 'attach_type'] as const),
    ]),
    maps: gauge('bpf_map_info', 'A map that lives; the value is always 1', [
      ...(['id', 'name', 'type'] as const),
    ]),
  };
}
