/** Patterns of names of hosts, in which `*` matches any part. */
import { sqlArray } from './storage/sql-array.ts';

/** An array of the patterns that SQL's `like any` takes. */
export function likesOf(patterns: readonly string[]): string {
  return sqlArray(
    patterns.map((pattern) => pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%')),
  );
}
