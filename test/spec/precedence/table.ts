/**
 * Errno precedence tables. A table is one state and one call in which everything is wrong;
 * each row says what is wrong first, how that is mended, and what each kernel answered before.
 *
 * Rows are text, one column a group of kernels (`5.7`, `v2-series..5.7`, `all`, see `kernelsOf`):
 *
 *     | wrong first               | mended by                        | 5.7    | 6.18   |
 *     | attach_type is unknown    | attach_type = cgroup_inet_egress | EINVAL | EINVAL |
 *     | the program fd is closed  | attach_bpf_fd = a                | EBADF  | EBADF  |
 *     | expected_revision is 9    | no expected_revision             | ·      | ESTALE |
 *     | nothing                   |                                  | ok     | ok     |
 *
 * `·` stands for a fault that cannot be there: it is mended before the first call. `–` stands for
 * a check that this kernel makes in another row, so this one is passed over.
 */
import type { World } from '../given.ts';
import { type KernelName, kernelsOf } from './kernels.ts';

/** What a table's author writes. */
export interface Table {
  /** The page that it is published on: the command, or a family of calls. */
  readonly page: string;
  readonly title: string;
  /** Kernel functions, and sections of the semantics. */
  readonly source: string;
  /** The state, in words for the reader. */
  readonly state: string;
  /** The state, made. */
  readonly given: (world: World, kernel: KernelName) => void;
  /** Config of the boot; default: none. */
  readonly config?: Parameters<typeof import('../given.ts').given>[1];
  /**
   * The first call: its name, then `field = value; field = value`. A table without it asks each
   * row of a world of its own, and the row's second cell is the whole call.
   */
  readonly call?: string;
  /** Mends that change the state, by their words in the table. */
  readonly steps?: Readonly<Record<string, (world: World) => void>>;
  /** The table; its first line names the groups of kernels. */
  readonly rows: string;
}

export interface Row {
  readonly fault: string;
  readonly mend: string;
  /** Expected answer by column, as written. */
  readonly answers: readonly string[];
}

export interface Parsed {
  readonly columns: readonly {
    readonly heading: string;
    readonly kernels: readonly KernelName[];
  }[];
  readonly rows: readonly Row[];
}

/** A fault that cannot be there: mended before the first call. */
export const ABSENT = '·';
/** A check that stands in another row of this kernel. */
export const ELSEWHERE = '–';

/** What was read of each table: every kernel asks for it. */
const parsed = new WeakMap<Table, Parsed>();

/**
 * Reads the rows of a table.
 *
 * @throws Error when a line has another number of cells than the first, or names no kernel
 */
export function parse(table: Table): Parsed {
  const known = parsed.get(table) ?? parseRows(table);
  parsed.set(table, known);
  return known;
}

function parseRows(table: Table): Parsed {
  const lines = table.rows.split('\n').filter((line) => line.trim() !== '');
  const [head, ...body] = lines.map((line) => cells(line));
  const headings = head?.slice(2) ?? [];
  const columns = headings.map((heading) => ({ heading, kernels: kernelsOf(heading) }));
  const rows = body.map(([fault = '', mend = '', ...answers]) => {
    if (answers.length !== columns.length) {
      throw new Error(`${table.title}: "${fault}" has ${answers.length} answers`);
    }
    return { fault, mend, answers };
  });
  return { columns, rows };
}

function cells(line: string): string[] {
  const parts = line.trim().split('|');
  return parts.slice(1, -1).map((cell) => cell.trim());
}
