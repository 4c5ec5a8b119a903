// `bpfledger releases probe` on the kernel that runs here: it does what its release says, or the
// release is wrong.
import { release as unameRelease } from 'node:os';
import { describe, expect, it } from 'vitest';
import { releaseOf } from '../../src/domain/release/release.ts';
import { bpfledger } from '../support/command.ts';
import { needs } from '../support/needs.ts';

const kernel = needs('kernel');

describe.skipIf(!kernel.ok)('releases probe', { timeout: 60_000 }, () => {
  it('measures the switches of the kernel that runs here, and they are those of its release', async () => {
    const { code, out, err } = await bpfledger(['releases', 'probe', '--json']);
    expect([code, err]).toEqual([0, '']);
    const record = JSON.parse(out);
    const release = releaseOf(unameRelease());
    expect(record).toMatchObject({ release: release?.id, differs: {} });
    const shown = { ...record.switches };
    for (const name of Object.keys(record.not_measured)) {
      Object.assign(shown, { [name]: release?.switches[name as 'preorder'] });
    }
    expect(shown).toEqual(release?.switches);
    expect(Object.keys(record.not_measured)).toEqual([
      'link_unknown_flags_refused',
      'link_conflict_errno',
      'link_prog_detach_errno',
      'token_info',
      'unprivileged_sysctl_goes_back',
    ]);
  });

  it('tells what it has otherwise than another release, as switches for a host', async () => {
    const { code, out } = await bpfledger(['releases', 'probe', '--release', '5.14.0-570.el9_6']);
    expect(code).toBe(1);
    expect(out).toContain('link_ids = true\n');
    expect(out).toMatch(/\nanchors = true {2}\(5\.14\.0-570\.el9_6: false\)\n/u);
    expect(out).toMatch(
      /hosts create NAME --release 5\.14\.0-570\.el9_6 --config '\{"switches":\{/u,
    );
  });
});
