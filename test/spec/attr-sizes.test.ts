// Each command of bpf(2) passes an attr of some size, and one of more than a page is refused: no command
// is left out.
import { expect, it } from 'vitest';
import { CALL_NAMES, fieldsOfCall } from '../../src/events/schema/call-schema.ts';
import { BPF } from '../../src/native/commands.ts';
import { attrSizeTables } from './precedence/attr-sizes.ts';
import { parse } from './precedence/table.ts';

/** Commands that calls have other words for, or no word but their number. */
const OTHERWISE: Readonly<Record<string, string>> = {
  raw_tracepoint_open: 'foreign_link_create',
  prog_stream_read_by_fd: 'bpf',
  prog_assoc_struct_ops: 'bpf',
};

const commands = [...new Set(Object.keys(BPF).map((name) => OTHERWISE[name] ?? name))].sort();

it('every command of bpf(2) takes attr_size, and no other call does', () => {
  const sized = CALL_NAMES.filter((name) =>
    fieldsOfCall(name)?.some(({ field }) => field === 'attr_size'),
  );
  expect([...sized].sort()).toEqual(commands);
});

it('the table of attrs that are too large has every command', () => {
  const [table] = attrSizeTables;
  if (table === undefined) throw new Error('there is no such table');
  const asked = parse(table).rows.map(({ mend }) => mend.split(' ')[0]);
  expect([...new Set(asked)].sort()).toEqual(commands);
});
