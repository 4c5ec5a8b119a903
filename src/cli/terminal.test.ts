import { afterEach, expect, it, vi } from 'vitest';
import { columnsOf } from './terminal.ts';

const stream = (isTTY: boolean, columns: number | undefined) =>
  ({ isTTY, columns }) as unknown as NodeJS.WriteStream;

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['what the terminal says', '', stream(true, 132), 132],
  ['COLUMNS before that', '90', stream(true, 132), 90],
  ['80 where nothing says it', '', stream(true, 0), 80],
  ['80 for a COLUMNS that is not a width', 'wide', stream(true, undefined), 80],
  ['nothing where no terminal is', '90', stream(false, undefined), undefined],
])('is %s', (_, set, terminal, columns) => {
  vi.stubEnv('COLUMNS', set);
  expect(columnsOf(terminal)).toBe(columns);
});
