/**
 * The values that strace prints as arguments: numbers, names, flag words, strings, structs, lists,
 * and fds with the paths that `-y` adds. How each is printed: strace's `printxval`, `printflags`,
 * `print_quoted_string`, `print_array_ex` and `printfd` (5.x to 7.x).
 *
 * Comments (`-Xverbose` puts the names there) are passed over: the number before one says it all.
 */

/** A number, and the path behind it when it is an fd and `-y` was given. */
export interface NumberValue {
  readonly kind: 'number';
  readonly value: number;
  readonly path?: string;
  /** The path is followed by `(deleted)`. */
  readonly deleted?: true;
}

/** A name, a flag word (`A|B|0x4`), or a macro with what stands in its brackets. */
export interface WordValue {
  readonly kind: 'word';
  readonly text: string;
  readonly args?: readonly Value[];
  readonly path?: string;
}

export interface StringValue {
  readonly kind: 'string';
  /** One character for each byte. */
  readonly text: string;
  /** strace printed only its beginning. */
  readonly cut: boolean;
}

export interface StructValue {
  readonly kind: 'struct';
  readonly fields: ReadonlyMap<string, Value>;
  /** `...`: fields were left out that are not zero. */
  readonly cut: boolean;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  readonly cut: boolean;
}

/** A value; `after` is what the kernel made of it (`16 => 2`). */
export type Value = (NumberValue | WordValue | StringValue | StructValue | ListValue) & {
  readonly after?: Value;
};

/** Arguments of a call, by place, and by name where strace prints one (`flags=CLONE_VM`). */
export interface Arguments {
  readonly list: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

/** Text that is not what strace prints. */
export class Malformed extends Error {}

/** Brackets within brackets; what is deeper is not a line of strace. */
const DEPTH_MAX = 32;

const BRACE_END = 125;
const BRACKET_END = 93;
const PAREN_END = 41;

/** A place in a text, moved on as values are read. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/**
 * Arguments from after the opening bracket to the closing one, which is passed.
 *
 * @throws Malformed
 */
export function readArguments(cursor: Cursor): Arguments {
  const list: Value[] = [];
  const named = new Map<string, Value>();
  readItems(cursor, PAREN_END, 0, (name, value) => {
    if (name === undefined) list.push(value);
    else named.set(name, value);
  });
  return { list, named };
}

/** Reads `item, item)`; whether `...` stood in place of some. */
function readItems(
  cursor: Cursor,
  end: number,
  depth: number,
  take: (name: string | undefined, value: Value) => void,
): boolean {
  if (depth > DEPTH_MAX) throw new Malformed('brackets are nested too deeply');
  let cut = false;
  for (;;) {
    skipBlanks(cursor);
    const code = cursor.text.charCodeAt(cursor.at);
    if (code === end) {
      cursor.at += 1;
      return cut;
    }
    if (cursor.text.startsWith('...', cursor.at)) {
      cursor.at += 3;
      cut = true;
    } else if (code === 44) {
      cursor.at += 1;
    } else {
      readItem(cursor, depth, take);
    }
  }
}

function readItem(
  cursor: Cursor,
  depth: number,
  take: (name: string | undefined, value: Value) => void,
): void {
  const name = fieldName(cursor);
  skipBlanks(cursor);
  let value = readValue(cursor, depth);
  skipBlanks(cursor);
  // `-100 /* AT_FDCWD */</root>`: the name that `-Xverbose` adds stands between.
  if ((value.kind === 'number' || value.kind === 'word') && value.path === undefined) {
    const path = readPath(cursor);
    if (path !== undefined) value = { ...value, path };
    skipBlanks(cursor);
  }
  if (cursor.text.startsWith('=>', cursor.at)) {
    cursor.at += 2;
    skipBlanks(cursor);
    value = { ...value, after: readValue(cursor, depth) };
  }
  take(name, value);
}

const FIELD = /[A-Za-z_]\w*(?==[^>=])/y;

function fieldName(cursor: Cursor): string | undefined {
  FIELD.lastIndex = cursor.at;
  const name = FIELD.exec(cursor.text)?.[0];
  if (name !== undefined) cursor.at += name.length + 1;
  return name;
}

/** Passes blanks and comments. */
function skipBlanks(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    if (text.charCodeAt(cursor.at) === 32) cursor.at += 1;
    else if (text.startsWith('/*', cursor.at)) {
      const end = text.indexOf('*/', cursor.at + 2);
      if (end < 0) throw new Malformed('a comment has no end');
      cursor.at = end + 2;
    } else return;
  }
}

const NUMBER = /-?(?:0x[0-9a-f]+|\d+)(?![\w|])/y;
const WORD = /[~A-Za-z0-9_?|*+^.-]+/y;

function readValue(cursor: Cursor, depth: number): Value {
  const { text } = cursor;
  switch (text.charCodeAt(cursor.at)) {
    case 34:
      return readString(cursor);
    case 123: {
      cursor.at += 1;
      const fields = new Map<string, Value>();
      const cut = readItems(cursor, BRACE_END, depth + 1, (name, value) =>
        fields.set(name ?? String(fields.size), value),
      );
      return { kind: 'struct', fields, cut };
    }
    case 91: {
      cursor.at += 1;
      const items: Value[] = [];
      const cut = readItems(cursor, BRACKET_END, depth + 1, (_, value) => items.push(value));
      return { kind: 'list', items, cut };
    }
    case 126:
      // A signal set by what it lacks: `~[INT]`.
      if (text.charCodeAt(cursor.at + 1) === 91) cursor.at += 1;
      return text.charCodeAt(cursor.at) === 91 ? readValue(cursor, depth) : readWord(cursor, depth);
    default:
      return readNumber(cursor) ?? readWord(cursor, depth);
  }
}

function readNumber(cursor: Cursor): Value | undefined {
  NUMBER.lastIndex = cursor.at;
  const digits = NUMBER.exec(cursor.text)?.[0];
  if (digits === undefined) return undefined;
  cursor.at += digits.length;
  const value = numberOf(digits);
  const path = readPath(cursor);
  if (path === undefined) return { kind: 'number', value };
  if (!cursor.text.startsWith('(deleted)', cursor.at)) return { kind: 'number', value, path };
  cursor.at += '(deleted)'.length;
  return { kind: 'number', value, path, deleted: true };
}

/** Decimal, hex, or octal with a leading 0. */
export function numberOf(digits: string): number {
  return /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
}

function readWord(cursor: Cursor, depth: number): Value {
  WORD.lastIndex = cursor.at;
  const text = WORD.exec(cursor.text)?.[0];
  if (text === undefined) {
    throw new Malformed(`column ${cursor.at + 1}: no value begins there`);
  }
  cursor.at += text.length;
  if (cursor.text.charCodeAt(cursor.at) === 40) {
    cursor.at += 1;
    const args: Value[] = [];
    readItems(cursor, PAREN_END, depth + 1, (_, value) => args.push(value));
    return { kind: 'word', text, args };
  }
  const path = readPath(cursor);
  return path === undefined ? { kind: 'word', text } : { kind: 'word', text, path };
}

/**
 * `<path>` after an fd. A `<` or `>` of the path itself is escaped; a device of `-yy` nests
 * (`</dev/null<char 1:3>>`), and a socket's arrow (`->`) closes nothing.
 */
export function readPath(cursor: Cursor): string | undefined {
  const { text } = cursor;
  if (text.charCodeAt(cursor.at) !== 60) return undefined;
  let open = 0;
  for (let at = cursor.at; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 60) open += 1;
    else if (code === 62 && text.charCodeAt(at - 1) !== 45 && --open === 0) {
      const inside = text.slice(cursor.at + 1, at);
      cursor.at = at + 1;
      const device = inside.lastIndexOf('<');
      return unescapeText(device > 0 ? inside.slice(0, device) : inside);
    }
  }
  throw new Malformed(`column ${cursor.at + 1}: a path has no end`);
}

function readString(cursor: Cursor): Value {
  const { text } = cursor;
  let end = cursor.at + 1;
  while (text.charCodeAt(end) !== 34) {
    if (end >= text.length) throw new Malformed(`column ${cursor.at + 1}: a string has no end`);
    end += text.charCodeAt(end) === 92 ? 2 : 1;
  }
  const inside = text.slice(cursor.at + 1, end);
  cursor.at = end + 1;
  const cut = text.startsWith('...', cursor.at);
  if (cut) cursor.at += 3;
  return { kind: 'string', text: unescapeText(inside), cut };
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
};

/** The bytes of a printed text: `\303\251`, `\x41`, `\n` and what stands for itself. */
export function unescapeText(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:x([0-9a-f]{2})|([0-7]{1,3})|(.))/g, (_, hex, octal, char) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
    return ESCAPES[char] ?? char;
  });
}
