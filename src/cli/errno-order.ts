/**
 * The order in which a kernel checks a call, read from the tables of docs/errno: the specs that the
 * model is tested by. The package has them as one file, a table a line.
 */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Release, releaseOf } from '../domain/release/release.ts';

const TABLES = new URL('../../docs/errno/order.jsonl', import.meta.url);
/** A fault that this kernel cannot have, or that it looks for in another row. */
const NOT_HERE = ['\u00b7', '\u2013'];

interface ErrnoTable {
  readonly title: string;
  readonly state: string;
  readonly call: string;
  /** Kernels of each column. */
  readonly columns: readonly (readonly string[])[];
  readonly rows: readonly {
    readonly fault: string;
    readonly answers: readonly string[];
    readonly source: string;
  }[];
}

/** One state and one call in which everything is wrong, and what is answered as it is mended. */
export interface OrderTable {
  readonly title: string;
  readonly state: string;
  /** The call as it is made first. */
  readonly first: string;
  readonly checks: readonly {
    /** `ok` when nothing is wrong any more. */
    readonly errno: string;
    readonly fault: string;
    /** The kernel function that refuses, and the section of docs/kernel-semantics.md. */
    readonly source: string;
  }[];
}

/** The tables about a call that this release has a column in, as they stand in docs/errno. */
export async function readErrnoOrder(name: string, release: Release): Promise<OrderTable[]> {
  const lines = (await readFile(TABLES, 'utf8')).trimEnd().split('\n');
  const tables = lines.map((line) => JSON.parse(line) as ErrnoTable);
  return tables.flatMap(({ title, state, call, columns, rows }) => {
    if (call.split(' ', 1)[0] !== name) return [];
    const column = columns.findIndex((kernels) => kernels.some((one) => isLike(one, release)));
    if (column === -1) return [];
    const checks = rows.map(({ fault, answers, source }) => {
      return { errno: answers[column] ?? '', fault, source };
    });
    return [{ title, state, first: call, checks: checks.filter(isHere) }];
  });
}

/** Each kernel of the tables stands for those with the same rules. */
function isLike(kernel: string, { switches }: Release): boolean {
  return isDeepStrictEqual(releaseOf(kernel)?.switches, switches);
}

function isHere({ errno }: OrderTable['checks'][number]): boolean {
  return !NOT_HERE.includes(errno);
}
