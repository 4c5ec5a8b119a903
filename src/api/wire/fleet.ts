/** What questions about all hosts answer. */
import { z } from 'zod';
import { rfc3339 } from '../../events/encoding/rfc3339.ts';
import { attachType } from '../../events/schema/attach-type.ts';
import { progType } from '../../events/schema/object-types.ts';
import type { ProgramLife } from '../../projections/fleet/program-lives.ts';
import type { EffectiveSlot } from '../../time-travel/fleet/effective-everywhere.ts';
import { position } from './event.ts';
import { counted } from './reads.ts';
import { timestamp } from './timestamp.ts';

const n = z.int();
const text = z.string();
const host = text.describe('The host that it is on.');
const boot = n.describe('The boot of the host that its ids are of.');
const next = text.exactOptional().describe('The `next` of the following page.');

export const hostProgram = z
  .strictObject({
    host,
    boot,
    prog_id: n,
    prog_type: progType,
    expected_attach_type: attachType,
    prog_name: text,
    tag: text,
    uid: n,
    position_from: position.describe('Position from which it reads as it does here.'),
    since: timestamp.describe('The time of that.'),
  })
  .meta({ id: 'HostProgram' });

export const hostProgramPage = z
  .strictObject({
    items: z.array(hostProgram),
    next,
    count: counted,
    hosts: n.exactOptional().describe('On how many hosts, with `count=true`.'),
  })
  .meta({ id: 'HostProgramPage' });

/** A program of some host, as the API answers it. */
export function hostProgramOnWire({ host_id: _, time_from, ...program }: ProgramLife) {
  return { ...program, since: rfc3339(time_from) };
}

export const hostSlot = z
  .strictObject({
    host,
    boot,
    cgroup_id: n,
    path: text.describe('The cgroup on which it is effective.'),
    attach_type: attachType,
    slot: n.describe('Its place in the effective array, from 0.'),
    slots: n.describe('The length of the effective array.'),
    prog_id: n,
    prog_name: text,
    tag: text,
    link_id: n.exactOptional(),
    attached_to: text
      .exactOptional()
      .describe('The cgroup in whose list it stands; left out where a kernel bug wrote the array.'),
  })
  .meta({ id: 'HostSlot', description: 'A place of an effective array that runs the program.' });

export const hostSlotPage = z
  .strictObject({ items: z.array(hostSlot), next })
  .meta({ id: 'HostSlotPage' });

/** A slot of some host, as the API answers it. */
export function hostSlotOnWire({ host_id: _, ...slot }: EffectiveSlot) {
  return slot;
}

const chain = z
  .array(z.strictObject({ prog_name: text, tag: text }).meta({ id: 'ProgramName' }))
  .meta({ id: 'ProgramChain', description: 'Programs in the order in which they run.' });

export const majorityAnswer = z
  .strictObject({
    attach_type: attachType,
    path: text,
    hosts: n.describe('Hosts that have a cgroup at the path.'),
    tie: z
      .boolean()
      .describe('No chain is that of most: several are of as many hosts as the first.'),
    chains: z
      .array(z.strictObject({ hosts: n, chain }).meta({ id: 'ChainCount' }))
      .describe('What hosts run, and how many do; what most run comes first.'),
    differing: z
      .array(z.strictObject({ host: text, chain }).meta({ id: 'HostChain' }))
      .describe('Hosts that run something else than the first chain, by name.'),
    next,
  })
  .meta({ id: 'Majority' });
