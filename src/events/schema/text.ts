/** Texts: names and paths as the kernel takes them, bounded and without NUL. */
import { z } from 'zod';

/** PATH_MAX: bytes of a path. */
export const PATH_BYTES_MAX = 4096;
/** Names between the slashes of a path. */
const PATH_DEPTH_MAX = 128;
/** Bytes of an object's name. The kernel refuses more than 15; this limit bounds the event. */
const NAME_BYTES_MAX = 255;
/** TASK_COMM_LEN without its NUL. */
const COMM_BYTES_MAX = 15;

/** Half of a surrogate pair: UTF-8 cannot encode it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Names that are empty or lead elsewhere (`.`, `..`): a path in the ledger is canonical. */
const UNRESOLVED: ReadonlySet<string> = new Set(['', '.', '..']);

interface Fault {
  readonly message: string;
  readonly limit?: number;
}

function textFault(text: string, bytesMax: number): Fault | undefined {
  if (LONE_SURROGATE.test(text)) return { message: 'is not well-formed Unicode' };
  if (text.includes('\0')) return { message: 'contains a NUL character' };
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax) {
    return { message: `has ${bytes} bytes, more than ${bytesMax}`, limit: bytesMax };
  }
  return undefined;
}

function pathFault(path: string): Fault | undefined {
  const fault = textFault(path, PATH_BYTES_MAX);
  if (fault !== undefined) return fault;
  if (!path.startsWith('/')) return { message: 'must be an absolute path' };
  const names = path === '/' ? [] : path.slice(1).split('/');
  if (names.some((name) => UNRESOLVED.has(name))) {
    return { message: 'must not end in a slash or contain //, /./ or /../' };
  }
  const depth = names.length;
  if (depth > PATH_DEPTH_MAX) {
    const message = `is ${depth} names deep, more than ${PATH_DEPTH_MAX}`;
    return { message, limit: PATH_DEPTH_MAX };
  }
  return undefined;
}

function textSchema(faultOf: (text: string) => Fault | undefined) {
  return z.string().superRefine((text, context) => {
    const fault = faultOf(text);
    if (fault === undefined) return;
    const { message, limit } = fault;
    context.addIssue({
      code: 'custom',
      message,
      ...(limit !== undefined && { params: { limit } }),
    });
  });
}

/** A text of at most `max` bytes that a database and a C string can hold. */
export function plainText(max: number) {
  return textSchema((text) => textFault(text, max)).meta({ maxLength: max });
}

/** Bytes of a stored text that no kernel bounds: a path with some words. */
const RECORDED_BYTES_MAX = 2 * PATH_BYTES_MAX;

/** A stored text that is not a name. */
export const recordedText = plainText(RECORDED_BYTES_MAX);

/** As `plainText`, and not empty. */
export function shortText(max: number) {
  return plainText(max).min(1);
}

/** An absolute path in the cgroup tree or the bpffs. */
export const path = textSchema(pathFault).meta({
  id: 'Path',
  description: `An absolute path: at most ${PATH_BYTES_MAX} bytes, ${PATH_DEPTH_MAX} names deep.`,
  maxLength: PATH_BYTES_MAX,
});

/** Where a symlink leads: relative to its directory, or a path of the log. */
export const linkTarget = shortText(PATH_BYTES_MAX - 1).meta({
  id: 'LinkTarget',
  description:
    'Where a symlink leads: as from its directory, with `.` and `..` as one likes, or, after a slash, ' +
    'a path of the log.',
});

/** A program's or map's name, as passed; the kernel decides whether it is valid. */
export const objectName = textSchema((text) => textFault(text, NAME_BYTES_MAX)).meta({
  id: 'ObjectName',
  maxLength: NAME_BYTES_MAX,
});

/** A process's short name. */
export const comm = textSchema((text) => textFault(text, COMM_BYTES_MAX)).meta({
  id: 'Comm',
  maxLength: COMM_BYTES_MAX,
});
