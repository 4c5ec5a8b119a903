/** Reference counts (semantics §3): taking and dropping references on objects. */
import { isKernelsBtf } from '../btf.ts';
import { isObjectKind, keepsMount, type ObjectKind } from '../effect.ts';
import type { Fd } from '../fd-table.ts';
import type { Kernel, OpenFile, Process } from '../kernel.ts';
import { addMountRefs } from './mounts.ts';

/** Adds to an object's count; below zero is an impossible effect. */
export function addRefs(kernel: Kernel, kind: ObjectKind, id: number, delta: number): void {
  const object = editObject(kernel, kind, id);
  object.refs += delta;
  if (object.refs < 0) throw new Error(`impossible effect: ${kind} ${id} has ${object.refs} refs`);
}

/** An object may end only when nothing refers to it. */
export function assertUnreferenced(
  kind: ObjectKind,
  { id, refs }: { readonly id: number; readonly refs: number },
): void {
  if (refs !== 0) throw new Error(`impossible effect: ${kind} ${id} freed with ${refs} refs`);
}

/** The row of an object, on which its references are counted. */
export function editObject(kernel: Kernel, kind: ObjectKind, id: number): { refs: number } {
  switch (kind) {
    case 'prog':
      return kernel.programs.edit(id);
    case 'link':
      return kernel.links.edit(id);
    case 'map':
      return kernel.maps.edit(id);
    default:
      return kind satisfies never;
  }
}

/** A process whose fds may be changed: those who share its table see the change. */
export function editFds(kernel: Kernel, pid: number): Process {
  const process = kernel.processes.edit(pid);
  if (process.shared_with.length === 0) return process;
  for (const other of process.shared_with) kernel.processes.edit(other).fds = process.fds;
  return process;
}

/** A new open file description, and an fd of the process that points to it. */
export function openFd(
  kernel: Kernel,
  pid: number,
  fd: number,
  { kind, id, access }: Omit<OpenFile, 'refs' | 'top'>,
  cloexec = true,
  top = false,
): void {
  const fileId = kernel.counters.file++;
  kernel.files.set(fileId, { kind, id, access, refs: 1, top });
  addHeld(kernel, { kind, id }, 1);
  setFd(kernel, editFds(kernel, pid), fd, { file: fileId, cloexec });
}

/** Points a free number of a process, a row that may be changed, at an open file description. */
export function setFd(kernel: Kernel, { fds }: Process, number: number, fd: Fd): void {
  if (number < 0) throw new Error(`impossible effect: fd ${number} is negative`);
  if (fds.has(number)) throw new Error(`impossible effect: fd ${number} is open`);
  kernel.contents += 1 + fds.set(number, fd);
}

/** Frees a number of a process, a row that may be changed. */
export function closeFd(kernel: Kernel, { fds }: Process, number: number): void {
  fds.delete(number);
  kernel.contents--;
}

/** Drops one reference of an open file description; with the last, its reference on the object. */
export function putFile(kernel: Kernel, fileId: number): void {
  const file = kernel.files.edit(fileId);
  file.refs--;
  if (file.refs > 0) return;
  kernel.files.delete(fileId);
  addHeld(kernel, file, -1);
}

/** Counts an open file description on what it keeps: an object, BTF, or the mount of a directory or a token. */
function addHeld(kernel: Kernel, { kind, id }: Pick<OpenFile, 'kind' | 'id'>, delta: number): void {
  if (isObjectKind(kind)) addRefs(kernel, kind, id, delta);
  else if (kind === 'btf') addBtfRefs(kernel, id, delta);
  else if (keepsMount(kind) && id !== 0) addMountRefs(kernel, id, delta);
}

/** Counts a holder of BTF; with the last one it ends. That of the kernel, and of logs without ids, is not counted. */
export function addBtfRefs(kernel: Kernel, id: number, delta: number): void {
  if (id === 0 || isKernelsBtf(kernel, id)) return;
  const { btfs } = kernel;
  if (!btfs.has(id)) btfs.set(id, { id, size: 0, refs: 0 });
  burnBtfId(kernel, id);
  const btf = btfs.edit(id);
  btf.refs += delta;
  if (btf.refs < 0) throw new Error(`impossible effect: BTF ${id} has ${btf.refs} refs`);
  if (btf.refs === 0) btfs.delete(id);
}

/** An id of BTF is given out, and not given out again. */
export function burnBtfId({ counters }: Kernel, id: number): void {
  counters.btf = Math.max(counters.btf, id + 1);
}

/** One more reference of an open file description: dup, fork, an fd in flight. */
export function getFile(kernel: Kernel, fileId: number): void {
  kernel.files.edit(fileId).refs++;
}
