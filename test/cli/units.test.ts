// What systemd says of the units in deploy/systemd: how much each could do beside its task.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/needs.ts';

const root = join(import.meta.dirname, '../..');
const systemd = needs('systemd');

describe.skipIf(!systemd.ok)('systemd-analyze gives the unit', () => {
  it.each([
    ['bpfledger.service', 'deploy/README.md'],
    ['bpfledger-executor.service', 'docs/executor.md'],
    ['bpfledger-observe.service', 'docs/observe.md'],
  ])('%s the exposure that %s tells', (unit, page) => {
    const path = join(root, 'deploy/systemd', unit);
    const said = execFileSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', path],
      {
        encoding: 'utf8',
      },
    );
    const [, exposure] = /exposure level for \S+: ([\d.]+)/u.exec(said) ?? [];
    expect(readFileSync(join(root, page), 'utf8')).toContain(`an exposure of ${exposure} (“OK”)`);
  });
});
