// What exec makes of capabilities, by setpriv(1) on the kernel that runs here and by the model.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boot } from '../../src/domain/boot.ts';
import { ALL_CAPABILITIES, type Capability } from '../../src/domain/capability.ts';
import { isRefusal } from '../../src/domain/outcome.ts';
import { perform } from '../../src/domain/perform.ts';
import { capabilityBits } from '../../src/executor/live/process.ts';
import { needs } from '../support/needs.ts';

const kernel = needs('kernel');
const but = (...left: Capability[]) => ALL_CAPABILITIES.filter((name) => !left.includes(name));

/** The modelled capabilities of a set in what /proc says of a process. */
function setIn(status: string, set: 'CapEff' | 'CapBnd'): Capability[] {
  const mask = BigInt(`0x${new RegExp(`^${set}:\\s*([\\da-f]+)$`, 'mu').exec(status)?.[1] ?? '0'}`);
  return ALL_CAPABILITIES.filter((name) => {
    const [bit = 0] = capabilityBits([name]);
    return ((mask >> BigInt(bit)) & 1n) === 1n;
  });
}

/** What this machine leaves of the bounding set, as containers and small machines do. */
const OWN = setIn(readFileSync('/proc/self/status', 'utf8'), 'CapBnd');

interface Sets {
  readonly uid?: number;
  readonly bounding?: readonly Capability[];
  readonly inheritable?: readonly Capability[];
  readonly ambient?: readonly Capability[];
}

/** What a program that is run so has, of the capabilities that are modelled. */
function onKernel({ uid, bounding, inheritable, ambient }: Sets): Capability[] {
  const list = (names: readonly Capability[], sign: string) =>
    names.map((name) => `${sign}${name}`).join(',');
  const words = [
    // Nothing is inherited that the bounding set no longer has, so it is dropped from last.
    ...(inheritable === undefined ? [] : ['setpriv', `--inh-caps=-all,${list(inheritable, '+')}`]),
    ...['setpriv', ...(uid === undefined ? [] : [`--reuid=${uid}`, '--clear-groups'])],
    ...(ambient === undefined
      ? []
      : [`--inh-caps=${list(ambient, '+')}`, `--ambient-caps=${list(ambient, '+')}`]),
    ...(bounding === undefined ? [] : [`--bounding-set=${list(but(...bounding), '-')}`]),
    ...['cat', '/proc/self/status'],
  ];
  const [command = '', ...args] = words;
  const status = execFileSync(command, args, { encoding: 'utf8' });
  return setIn(status, 'CapEff');
}

function onModel({ uid = 0, bounding, inheritable, ambient }: Sets): readonly Capability[] {
  const model = boot('6.18');
  const { outcome } = perform(model, 1, {
    name: 'capset',
    uid,
    caps: OWN,
    bounding: (bounding ?? ALL_CAPABILITIES).filter((name) => OWN.includes(name)),
    ...(inheritable && { inheritable }),
    ...(ambient && { ambient, inheritable: ambient }),
  });
  expect(isRefusal(outcome)).toBe(false);
  perform(model, 1, { name: 'exec' });
  return model.processes.get(1)?.caps ?? [];
}

const CASES: readonly (readonly [what: string, sets: Sets])[] = [
  ['root', {}],
  ['root with a bounding set', { bounding: but('net_admin', 'bpf') }],
  ['root with something inheritable', { inheritable: ['perfmon'] }],
  ['another uid', { uid: 1000 }],
  ['another uid with something inheritable', { uid: 1000, inheritable: ['bpf'] }],
  ['another uid with ambient capabilities', { uid: 1000, ambient: ['net_admin', 'bpf'] }],
];

describe.skipIf(!kernel.ok)('after exec', () => {
  it.each(CASES)('%s has what the model says', (_, sets) => {
    expect(onModel(sets)).toEqual(onKernel(sets));
  });
});
