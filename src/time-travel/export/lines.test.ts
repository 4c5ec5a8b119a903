import { expect, it } from 'vitest';
import { historyOf } from '../../../test/support/random-history.ts';
import { auditLine } from './audit-line.ts';
import { CSV_HEADER, csvLine } from './csv-line.ts';

const EGRESS = 'cgroup_inet_egress';
const created = historyOf([
  { name: 'mkdir', path: '/pod1' },
  { name: 'prog_load', prog_type: 'cgroup_skb', expected_attach_type: EGRESS },
  { name: 'link_create', prog_fd: 3, target_path: '/pod1', attach_type: EGRESS, flags: [] },
]).event;
const refused = historyOf([{ name: 'rmdir', path: '/no such "pod"' }]).event;

it('an accepted call is an audit record that names what it made', () => {
  const { at, position } = created;
  const [ids] = [created.effects[0] as { link_id: number; prog_id: number; cgroup_id: number }];
  const stamp = `${Math.floor(at / 1e6)}.${String(Math.floor(at / 1000) % 1000).padStart(3, '0')}`;
  expect(auditLine('web1', created)).toBe(
    `node=web1 type=BPF msg=audit(${stamp}:${position}): op=LINK_CREATE link-id=${ids.link_id} ` +
      `prog-id=${ids.prog_id} cgroup-id=${ids.cgroup_id} attach-type=${EGRESS} ` +
      `target-path="/pod1" pid=1 comm="init" boot=1 actor="local" source=decided at-us=${at} ` +
      'exit=5 res=1\n',
  );
});

it('a refused call tells errno and rule, and hides what would break the line', () => {
  const line = auditLine('web1', refused);
  expect(line).toContain(`path=${Buffer.from('/no such "pod"').toString('hex').toUpperCase()} `);
  expect(line).toMatch(/ exit=-2 errno=ENOENT rule=[a-z-]+ res=0\n$/);
  const forged = auditLine('web1', { ...refused, comm: 'x\nnode=web1 type=BPF' });
  expect(forged.trimEnd()).not.toContain('\n');
});

it('CSV has as many cells as columns, and quotes what needs it', () => {
  expect(CSV_HEADER.split(',')).toHaveLength(21);
  expect(csvLine(created)).toContain(',link_create,5,,,');
  const cells = csvLine(refused);
  expect(cells).toContain(',rmdir,,ENOENT,');
  expect(cells).toContain(',"/no such ""pod""",');
  expect(cells.endsWith(',[]\r\n')).toBe(true);
});
