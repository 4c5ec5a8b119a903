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

/** A name that is empty or leads elsewhere (`.`, `..`): a path in the ledger is canonical. */
const UNRESOLVED = /\/\.{0,2}(?:\/|$)/;

/** A character of a text is at most so many bytes. */
const CHARACTER_BYTES_MAX = 3;

/**
 * Texts with what they must be, one thing after the other: the first that is not so is told. Each is a
 * predicate alone, since a busy ledger asks it of several texts of every call.
 */
function textSchema(...rules: readonly TextRule[]) {
  return rules.reduce<z.ZodString>(
    (schema, { holds, fault, limit }) =>
      schema.refine(holds, {
        abort: true,
        error: ({ input }) => fault(input as string),
        ...(limit !== undefined && { params: { limit } }),
      }),
    z.string(),
  );
}

interface TextRule {
  readonly holds: (text: string) => boolean;
  readonly fault: (text: string) => string;
  /** The number that is passed, where it is one. */
  readonly limit?: number;
}

/** A text of at most `max` bytes, as PostgreSQL and C take it. */
function boundRules(max: number): TextRule[] {
  return [
    {
      holds: (text) => !LONE_SURROGATE.test(text),
      fault: () => 'is not well-formed Unicode',
    },
    {
      holds: (text) => !text.includes('\0'),
      fault: () => 'contains a NUL character',
    },
    {
      holds: (text) => text.length * CHARACTER_BYTES_MAX <= max || Buffer.byteLength(text) <= max,
      fault: (text) => `has ${Buffer.byteLength(text)} bytes, more than ${max}`,
      limit: max,
    },
  ];
}

const PATH_RULES: readonly TextRule[] = [
  ...boundRules(PATH_BYTES_MAX),
  {
    holds: (path) => path.startsWith('/'),
    fault: () => 'must be an absolute path',
  },
  {
    holds: (path) => path === '/' || !UNRESOLVED.test(path),
    fault: () => 'must not end in a slash or contain //, /./ or /../',
  },
  {
    // Each name has a character, and a slash before it.
    holds: (path) => path.length <= 2 * PATH_DEPTH_MAX || depthOf(path) <= PATH_DEPTH_MAX,
    fault: (path) => `is ${depthOf(path)} names deep, more than ${PATH_DEPTH_MAX}`,
    limit: PATH_DEPTH_MAX,
  },
];

function depthOf(path: string): number {
  return path.split('/').length - 1;
}

/** A text of at most `max` bytes that a database and a C string can hold. */
export function plainText(max: number) {
  return textSchema(...boundRules(max)).meta({ maxLength: max });
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
export const path = textSchema(...PATH_RULES).meta({
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
export const objectName = textSchema(...boundRules(NAME_BYTES_MAX)).meta({
  id: 'ObjectName',
  maxLength: NAME_BYTES_MAX,
});

/** A process's short name. */
export const comm = textSchema(...boundRules(COMM_BYTES_MAX)).meta({
  id: 'Comm',
  maxLength: COMM_BYTES_MAX,
});
