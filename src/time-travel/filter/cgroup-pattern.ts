/** Patterns of cgroup paths: `*` is any part of one name, `**` any part of the path. */
import { isWithin } from '../../domain/path.ts';

/** A path, or a pattern of paths. */
export type CgroupPattern = string;

/** Wildcards of one pattern: each of them multiplies the work of a comparison. */
export const WILDCARDS_MAX = 4;

/** How many wildcards a pattern has. */
export function wildcardsIn(pattern: CgroupPattern): number {
  return pattern.match(/\*+/g)?.length ?? 0;
}

const WILD: Readonly<Record<string, string>> = { '*': '[^/]*', '**': '.*' };

/** A regular expression of the paths that fit, without its ends; PostgreSQL means the same by it. */
function expressionOf(pattern: CgroupPattern): string {
  const parts = pattern.split(/(\*+)/).map((part, nth) => {
    if (nth % 2 === 1) return WILD[part.slice(0, 2)];
    return part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
  });
  return parts.join('');
}

/** Whether a path fits. */
export function cgroupMatcher(pattern: CgroupPattern): (path: string) => boolean {
  if (wildcardsIn(pattern) === 0) return (path) => path === pattern;
  const form = new RegExp(`^${expressionOf(pattern)}$`, 's');
  return (path) => form.test(path);
}

/** The paths that fit a pattern with wildcards, and all below them, as a regular expression. */
export function expressionWithin(pattern: CgroupPattern): string {
  return `^${expressionOf(pattern)}(/.*)?$`;
}

/** Whether a path fits, or is below one that does. */
export function withinMatcher(pattern: CgroupPattern): (path: string) => boolean {
  if (wildcardsIn(pattern) === 0) return (path) => isWithin(path, pattern);
  const form = new RegExp(expressionWithin(pattern), 's');
  return (path) => form.test(path);
}
