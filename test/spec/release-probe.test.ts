// The probes of `bpfledger releases probe` read every switch off the model of every release: a probe
// that looked at the wrong call would find another value somewhere.
import { describe, expect, it } from 'vitest';
import { releaseOf, V2_SERIES } from '../../src/domain/release/release.ts';
import type { Switches, SwitchName } from '../../src/domain/release/switches.ts';
import { modelMachine } from '../../src/recorders/golden/machine.ts';
import { differing, measureSwitches } from '../../src/recorders/release-probe/measure.ts';
import { KERNELS, switchesOf } from './precedence/kernels.ts';

/** Switches that only the v2 series shows. */
const OF_LINKS_THAT_CHOOSE: readonly SwitchName[] = [
  'link_unknown_flags_refused',
  'link_conflict_errno',
  'link_prog_detach_errno',
];
const RELEASES = KERNELS.filter((kernel) => kernel !== V2_SERIES);

/** What no call shows on this kernel. */
function hiddenSwitches({ preorder, revisions }: Switches): SwitchName[] {
  return [
    ...OF_LINKS_THAT_CHOOSE,
    'unprivileged_sysctl_goes_back',
    ...(revisions ? [] : (['query_writes_revision_past_attr'] as const)),
    ...(preorder ? [] : (['link_update_miscounts_preorder'] as const)),
  ];
}

describe('what is measured on the model of a release', () => {
  it.each(RELEASES)('%s is what the release says', async (kernel) => {
    const assumed = switchesOf(kernel);
    const { switches, not_measured } = await measureSwitches(modelMachine(kernel, {}), assumed);
    expect(differing(switches, assumed)).toEqual({});
    expect(Object.keys(not_measured).toSorted()).toEqual(hiddenSwitches(assumed).toSorted());
  });

  it('is what a kernel does that is taken for another: 5.14 with the BPF of 6.12', async () => {
    const backported = modelMachine('5.14', { switches: switchesOf('6.12') });
    const assumed = switchesOf('5.14');
    const { switches } = await measureSwitches(backported, assumed);
    expect(differing(switches, switchesOf('6.12'))).toEqual({});
    expect(Object.keys(differing(switches, assumed))).toContain('preorder');
  });
});

describe('one switch that a host has otherwise is found', () => {
  const fixed = switchesOf('6.18.44');
  const hidden = hiddenSwitches(fixed);
  const names = (Object.keys(fixed) as SwitchName[]).filter((name) => !hidden.includes(name));

  it.each(names.filter((name) => typeof fixed[name] === 'boolean'))('%s', async (name) => {
    const value = !fixed[name];
    const { switches } = await measureSwitches(
      modelMachine('6.18.44', { switches: { [name]: value } }),
      fixed,
    );
    // Without CONFIG_CGROUP_BPF nothing else can be measured.
    if (name === 'cgroup_bpf') expect(Object.keys(switches)).toContain(name);
    expect(switches[name]).toBe(value);
  });
});

describe('the kernel of a vendor', () => {
  it.each([
    ['5.14.0-570.el9_6.x86_64', '5.14'],
    ['6.1.161-183.298.amzn2023.x86_64', '6.1.161'],
    ['5.15.0-1049-gke', '5.15'],
    ['6.8.0-1030-azure', '6.8'],
    ['6.14.0-1011-aws', '6.14'],
    ['6.11.0-1027-oem', '6.11'],
    ['6.1.75-android14-11-g48b922851ac5', '6.1.75'],
  ])('%s keeps its name and has the switches of %s', (name, like) => {
    const release = releaseOf(name);
    expect(release).toMatchObject({ id: name, basis: 'vendor' });
    expect(release?.note).toContain(`it is taken for mainline ${like}`);
    expect(release?.switches).toEqual(releaseOf(like)?.switches);
  });

  it.each([
    '5.15.0-91-generic',
    '6.12.94+deb13-cloud-amd64',
    '6.1.0-56-cloud-amd64',
    '6.18.44-fc-v657',
  ])('%s is none', (name) => expect(releaseOf(name)?.basis).not.toBe('vendor'));
});
