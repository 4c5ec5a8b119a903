/** What `/proc/PID/fdinfo/FD` says of a BPF object. */
import type { ObjectKind } from '../../domain/effect.ts';

const O_CLOEXEC = 0o2000000;
/** A link's info names its program, too, so the link's own id is looked for first. */
const KINDS: readonly ObjectKind[] = ['link', 'map', 'prog'];

/** The object that a file is, by its fdinfo; undefined when it is none. */
export function objectInFdinfo(
  text: string,
): { readonly kind: ObjectKind; readonly id: number } | undefined {
  for (const kind of KINDS) {
    const id = new RegExp(`^${kind}_id:\\s*(\\d+)`, 'm').exec(text)?.[1];
    if (id !== undefined) return { kind, id: Number(id) };
  }
  return undefined;
}

/** Whether the fd goes at exec. */
export function isCloexecInFdinfo(text: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(text)?.[1] ?? '0';
  return (Number.parseInt(flags, 8) & O_CLOEXEC) !== 0;
}
