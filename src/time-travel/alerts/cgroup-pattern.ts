/** Patterns of cgroup paths: `*` is any part of one name, `**` any part of the path. */

/** A path, or a pattern of paths. */
export type CgroupPattern = string;

/** Wildcards of one pattern: each of them multiplies the work of a comparison. */
export const WILDCARDS_MAX = 4;

/** How many wildcards a pattern has. */
export function wildcardsIn(pattern: CgroupPattern): number {
  return pattern.match(/\*+/g)?.length ?? 0;
}

const WILD: Readonly<Record<string, string>> = { '*': '[^/]*', '**': '.*' };

/** Whether a path fits. */
export function cgroupMatcher(pattern: CgroupPattern): (path: string) => boolean {
  if (!pattern.includes('*')) return (path) => path === pattern;
  const parts = pattern.split(/(\*+)/).map((part, nth) => {
    if (nth % 2 === 1) return WILD[part.slice(0, 2)];
    return part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&');
  });
  const form = new RegExp(`^${parts.join('')}$`, 's');
  return (path) => form.test(path);
}
