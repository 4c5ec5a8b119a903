/** What an event may change, as keys by which changes and their causes find each other. */
import type { AttachType } from '../../domain/attach-type.ts';

export type Subject = string;

export const subject = {
  cgroup: (id: number): Subject => `cgroup ${id}`,
  list: (cgroupId: number, type: AttachType): Subject => `list ${cgroupId} ${type}`,
  /** An effective array that a kernel bug wrote. */
  written: (cgroupId: number, type: AttachType): Subject => `written ${cgroupId} ${type}`,
  object: (kind: 'prog' | 'link' | 'map', id: number): Subject => `${kind} ${id}`,
  /** A pin or a directory of the bpffs. */
  path: (path: string): Subject => `path ${path}`,
  process: (pid: number): Subject => `process ${pid}`,
  /** An open file description. */
  file: (file: number): Subject => `file ${file}`,
} as const;

/** The kind and id of a subject that is an object or a cgroup; undefined for others. */
export function objectOf(
  one: Subject,
): { readonly kind: 'cgroup' | 'prog' | 'link' | 'map'; readonly id: number } | undefined {
  const [, kind, id] = /^(cgroup|prog|link|map) (\d+)$/.exec(one) ?? [];
  return kind === undefined ? undefined : { kind: kind as 'cgroup', id: Number(id) };
}
