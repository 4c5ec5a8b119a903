import { describe, expect, it } from 'vitest';
import { describeSwitches, differences } from './describe.ts';
import { knownReleases, type Release, releaseOf } from './release.ts';

function release(name: string): Release {
  const found = releaseOf(name);
  if (found === undefined) throw new Error(`no release ${name}`);
  return found;
}

describe('a release is named', () => {
  it.each([
    ['v2-series', 'v2-series', 'inferred'],
    ['5.7', '5.7', 'inferred'],
    ['6.18', '6.18.44', 'measured'],
    ['6.12', '6.12.117', 'measured'],
    ['6.12.94', '6.12.94', 'measured'],
    ['6.12.99', '6.12.99', 'inferred'],
    ['6.12.107', '6.12.107', 'measured'],
    ['6.18.44-fc-v657', '6.18.44', 'measured'],
    ['6.12.94+deb13-cloud-amd64', '6.12.94', 'measured'],
    ['5.10.0-46-cloud-amd64', '5.10.262', 'measured'],
    ['6.1.0-56-cloud-amd64', '6.1.192', 'measured'],
    ['5.15.0-91-generic', '5.15', 'inferred'],
    ['7.3.4+deb13-cloud-amd64', '7.3.4', 'measured'],
  ])('%s means %s, %s', (name, id, basis) => {
    expect({ id: release(name).id, basis: release(name).basis }).toEqual({ id, basis });
  });

  it.each(['', '5.6', '8.0', '6', 'six', '6.18.', '6.18.44 evil', '../6.18'])(
    '"%s" is none',
    (name) => {
      expect(releaseOf(name)).toBeUndefined();
    },
  );

  it('by every name that is listed as known', () => {
    expect(knownReleases().filter((name) => releaseOf(name) === undefined)).toEqual([]);
  });
});

describe('a switch', () => {
  it.each([
    ['preorder', '6.12.30', false],
    ['preorder', '6.12.31', true],
    ['preorder', '6.13', false],
    ['preorder', '6.15', true],
    ['anchors', '6.12.94', false],
    ['anchors', '6.12.117', true],
    ['anchors', '6.16.12', false],
    ['anchors', '6.17', true],
    ['link_update_miscounts_preorder', '6.12.94', true],
    ['link_update_miscounts_preorder', '6.12.117', false],
    ['link_update_miscounts_preorder', '6.18.15', true],
    ['link_update_miscounts_preorder', '6.18.44', false],
    ['link_update_compares_storage', '6.12.94', false],
    ['link_update_compares_storage', '6.12.107', false],
    ['link_update_compares_storage', '6.12.111', true],
    ['link_update_compares_storage', '6.18', false],
    ['link_ids', 'v2-series', false],
    ['link_flags_choose_mode', 'v2-series', true],
    ['link_flags_choose_mode', '5.7', false],
  ] as const)('%s on %s is %s', (name, version, value) => {
    expect(release(version).switches[name]).toBe(value);
  });

  it('tells since when it has its value, and where that was measured', () => {
    const preorder = describeSwitches(release('7.3')).find(({ name }) => name === 'preorder');
    expect(preorder).toMatchObject({ since: '6.15', evidence: 'remembered', measured_in: '6.16' });
    // A measurement of an update does not make the value as young as the update.
    const kill = describeSwitches(release('6.18')).find(({ name }) => name === 'cgroup_kill');
    expect(kill).toMatchObject({ since: '5.14', evidence: 'remembered', measured_in: '6.18.44' });
  });
});

describe('the difference of two releases', () => {
  it('is nothing for one and itself', () => {
    expect(differences(release('6.18'), release('6.18.44'))).toEqual([]);
  });

  it('is what 6.12.117 has over 6.12.94: anchors, revisions, storage, and a bug less', () => {
    const found = differences(release('6.12.94'), release('6.12.117'));
    expect(found.map(({ name, to }) => [name, to])).toEqual([
      ['link_update_compares_storage', true],
      ['anchors', true],
      ['revisions', true],
      ['link_update_miscounts_preorder', false],
    ]);
    expect(found.at(-1)?.sentence).toMatch(/^No longer in 6\.12\.117: LINK_UPDATE writes/u);
  });

  it('to an older kernel is what comes later, not what is gone', () => {
    const found = differences(release('7.3'), release('5.10')).map(({ sentence }) => sentence);
    expect(found.filter((sentence) => sentence.startsWith('No longer'))).toEqual([]);
    expect(found).toContainEqual(
      expect.stringMatching(/^Not yet in 5\.10\.262: .*\(comes in 6\./u),
    );
  });

  it('of a fix that a stable line had first is what the later mainline does not have', () => {
    const found = differences(release('6.12.117'), release('6.16')).map(({ sentence }) => sentence);
    expect(found).toContainEqual(expect.stringMatching(/^Not yet in 6\.16\.12: .*comes in 6\.12/u));
  });
});
