/**
 * `bpfledger who-removed`: which event took programs from an effective array, why each does not run there
 * since, and when it came back. It asks for the timeline of the array and for explanations.
 */
import { type RestClient, restClient } from '../client/rest-client.ts';
import { type Around, aroundMoment } from './around.ts';
import { command } from './command.ts';
import { EXIT, UsageError } from './exit-code.ts';
import { cgroupMeant, noSuchCgroup } from './named/cgroups.ts';
import { hostMeant } from './named/hosts.ts';
import { questionPath, SERVICE_FLAGS, spareLine } from './question.ts';
import { serviceFrom } from './service-flags.ts';
import { SPOKEN_FORMS } from './spoken-moment.ts';

/** Pages of a timeline that one command reads. */
const PAGES_MAX = 100;

interface ArrayAtEvent {
  readonly position: number;
  readonly at: string;
  readonly boot: number;
  /** Absent while there is no such cgroup. */
  readonly cgroup_id?: number;
  readonly slots: readonly { readonly prog_id: number }[];
  readonly by: {
    readonly call: string;
    readonly comm: string;
    readonly pid: number;
    readonly actor: string;
  };
}

interface Timeline {
  readonly items: readonly ArrayAtEvent[];
  readonly programs: readonly {
    readonly boot: number;
    readonly prog_id: number;
    readonly prog_name: string;
  }[];
  readonly next?: number;
}

/** An event that took programs from the array. */
interface Removal {
  readonly version: ArrayAtEvent;
  readonly boot: number;
  readonly programs: readonly number[];
  /** The versions after it. */
  readonly later: readonly ArrayAtEvent[];
}

interface ArrayAddress {
  readonly host: string;
  readonly cgroup: string;
  readonly attach_type: string;
}

export const whoRemoved = command({
  usage: 'HOST CGROUP TYPE [options]',
  about:
    'Prints the event that last took programs from the effective array of a cgroup, or the one\n' +
    'that is nearest to a moment: who did it, why each program does not run since, and when it\n' +
    'came back.',
  flags: {
    around: { value: 'MOMENT', about: `when it was: ${SPOKEN_FORMS}, or a position` },
    ...SERVICE_FLAGS,
  },
  example: 'npx bpfledger who-removed demo /system.slice/docker-4f1c9e.scope device --around 34',
  async run({ flags, words, print }) {
    const [named, typed, attach_type, extra] = words;
    if (named === undefined || typed === undefined || attach_type === undefined || extra) {
      throw new UsageError(
        'who-removed needs a HOST, a CGROUP and a TYPE, such as who-removed demo /pods connect4',
      );
    }
    const client = restClient(serviceFrom(flags));
    const host = await hostMeant(client, named);
    const cgroup = await cgroupMeant(typed, { client, host, at: undefined });
    const place = { host, cgroup, attach_type };
    const { items, programs } = await timelineOf(client, place);
    if (items.every(({ cgroup_id }) => cgroup_id === undefined)) {
      throw await noSuchCgroup(cgroup, { client, host, at: undefined });
    }
    const around =
      flags.around === undefined ? undefined : await aroundMoment(flags.around, { client, host });
    const removal = nearest(removalsOf(items), around);
    const outside = around?.outside;
    const say = (line: string) => print.out(spareLine(line, { flags, print }));
    if (outside !== undefined && !flags.json) say(outside);
    if (removal === undefined) {
      if (flags.json)
        print.out(JSON.stringify({ ...place, ...(outside && { outside }), removed: [] }));
      else print.out(`nothing was ever removed from ${attach_type} of ${cgroup}`);
      return EXIT.done;
    }
    const { version, boot } = removal;
    const removed = [];
    for (const prog_id of removal.programs) {
      const name = programs.find((one) => one.boot === boot && one.prog_id === prog_id)?.prog_name;
      const back = removal.later.find(
        (one) => one.boot === boot && one.slots.some((slot) => slot.prog_id === prog_id),
      );
      const because = await explainLines(client, place, prog_id, version);
      // Ids of an earlier boot say nothing of this one.
      const isThisBoot = items.at(-1)?.boot === boot;
      const change = back || !isThisBoot ? undefined : await readChange(client, place, prog_id);
      const later = { ...(back && { back }), ...(change !== undefined && { change }) };
      removed.push({ prog_id, prog_name: name ?? '', because, ...later });
    }
    const { position, at, by } = version;
    const distance = around?.distanceText(version);
    if (flags.json) {
      const where = { ...(outside && { outside }), ...(distance && { distance }) };
      print.out(JSON.stringify({ ...place, position, at, by, ...where, removed }));
      return EXIT.done;
    }
    say(`${position} at ${at}: ${by.comm}[${by.pid}] ${by.call} (${by.actor})`);
    if (distance !== undefined) say(`  ${distance}`);
    for (const { prog_id, prog_name, because, back, change } of removed) {
      say(`  took program ${prog_id} ${prog_name}`.trimEnd());
      for (const line of because) say(`    ${line}`);
      say(
        back === undefined
          ? '    it did not come back'
          : `    back at ${back.position} at ${back.at} by ${back.by.comm}[${back.by.pid}] ${back.by.call}`,
      );
      if (change !== undefined) say(`    To change that now: ${change}`);
    }
    return EXIT.done;
  },
});

/** All versions of the array. */
async function timelineOf(client: RestClient, { host, ...place }: ArrayAddress): Promise<Timeline> {
  const items: ArrayAtEvent[] = [];
  const programs: Timeline['programs'][number][] = [];
  let from: string | undefined;
  for (let page = 0; page < PAGES_MAX; page++) {
    const query = { ...place, from };
    const path = questionPath({ host, resource: 'effective/timeline', query });
    const part = await client.get<Timeline>(path);
    items.push(...part.items);
    programs.push(...part.programs);
    if (part.next === undefined) break;
    from = String(part.next);
  }
  return { items, programs };
}

function removalsOf(versions: readonly ArrayAtEvent[]): Removal[] {
  return versions.flatMap((version, i) => {
    const before = versions[i - 1];
    if (before === undefined) return [];
    // A reboot ends all, and gives ids anew.
    const isReboot = before.boot !== version.boot;
    const left = new Set(isReboot ? [] : version.slots.map(({ prog_id }) => prog_id));
    const programs = [...new Set(before.slots.map(({ prog_id }) => prog_id))].filter(
      (id) => !left.has(id),
    );
    const later = versions.slice(i + 1);
    return programs.length === 0 ? [] : [{ version, boot: before.boot, programs, later }];
  });
}

/** The removal that is nearest to a moment; the last one when none is given. */
function nearest(removals: readonly Removal[], around: Around | undefined): Removal | undefined {
  if (around === undefined) return removals.at(-1);
  const distance = ({ version }: Removal) => Math.abs(around.distance(version));
  return removals.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** Why a program does not run there right after an event, in lines. */
async function explainLines(
  client: RestClient,
  { host, ...place }: ArrayAddress,
  prog_id: number,
  { position, by }: ArrayAtEvent,
): Promise<string[]> {
  if (by.call === 'boot') return ['the host booted again'];
  const query = { ...place, program: String(prog_id), at: String(position), format: 'text' };
  const path = questionPath({ host, resource: 'explain', query });
  const text = await (await client.open(path)).text();
  // What would have helped then may be wrong now.
  return text
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('To change that: '));
}

/** What would make a program run there now; undefined where it runs, or nothing is known to help. */
async function readChange(
  client: RestClient,
  { host, ...place }: ArrayAddress,
  prog_id: number,
): Promise<string | undefined> {
  const query = { ...place, program: String(prog_id) };
  const path = questionPath({ host, resource: 'explain', query });
  return (await client.get<{ readonly change?: string }>(path)).change;
}
