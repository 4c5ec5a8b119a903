// `bpfledger releases probe` on the kernel that runs here: it does what its release says, but for what a
// build is known to carry, or the release is wrong.
import { describe, expect, it } from 'vitest';
import { bpfledger } from '../support/command.ts';
import { needs } from '../support/needs.ts';
import { namedRelease } from './running-release.ts';

const kernel = needs('kernel');

/** What builds of 6.18.44 carry of later kernels: all of it, or nothing. */
const BACKPORTS = { link_update_compares_storage: true, link_update_checks_attach_type: true };

describe.skipIf(!kernel.ok)('releases probe', { timeout: 60_000 }, () => {
  it('measures the switches of the kernel that runs here, and they are those of its release', async () => {
    const { code, out, err } = await bpfledger(['releases', 'probe', '--json']);
    const record = JSON.parse(out);
    const { id, switches } = namedRelease();
    const carries = Object.keys(record.differs).length > 0 ? BACKPORTS : {};
    expect(record).toMatchObject({ release: id, differs: carries });
    expect([code, err]).toEqual([carries === BACKPORTS ? 1 : 0, '']);
    const shown = { ...record.switches };
    for (const name of Object.keys(record.not_measured)) {
      Object.assign(shown, { [name]: switches[name as 'preorder'] });
    }
    expect(shown).toEqual({ ...switches, ...carries });
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
