import { expect, it } from 'vitest';
import { Malformed, readArguments, unescapeText, type Value } from './value.ts';

/** The arguments in `(…)`, in short: fields as objects, an fd's path behind it. */
function read(text: string): unknown {
  const cursor = { text: `${text})`, at: 0 };
  const { list, named } = readArguments(cursor);
  expect(cursor.at).toBe(cursor.text.length);
  return [...list.map(short), ...[...named].map(([name, value]) => ({ [name]: short(value) }))];
}

function short(value: Value): unknown {
  const plain = plainOf(value);
  return value.after === undefined ? plain : { before: plain, after: short(value.after) };
}

function plainOf(value: Value): unknown {
  switch (value.kind) {
    case 'number':
      return value.path === undefined ? value.value : `${value.value}<${value.path}>`;
    case 'word':
      return value.path === undefined ? value.text : `${value.text}<${value.path}>`;
    case 'string':
      return value.cut ? `${value.text}…` : value.text;
    case 'list':
      return [...value.items.map(short), ...(value.cut ? ['…'] : [])];
    case 'struct': {
      const fields = Object.fromEntries([...value.fields].map(([k, v]) => [k, short(v)]));
      return value.cut ? { ...fields, '…': true } : fields;
    }
  }
}

it.each<[string, string, unknown]>([
  ['fds with paths', '3</sys/fs/cgroup/a>, 0</dev/null>', ['3</sys/fs/cgroup/a>', '0</dev/null>']],
  ['a device of -yy', '0</dev/null<char 1:3>>, 1', ['0</dev/null>', 1]],
  [
    'a socket of -yy',
    '5<TCP:[127.0.0.1:80->127.0.0.1:9]>, 1',
    ['5<TCP:[127.0.0.1:80->127.0.0.1:9]>', 1],
  ],
  ['a file that was removed', '7</srv/x>(deleted), 0', ['7</srv/x>', 0]],
  ['a working directory', 'AT_FDCWD</srv>, "a"', ['AT_FDCWD</srv>', 'a']],
  [
    'flag words',
    'O_RDONLY|O_CLOEXEC, BPF_F_ALLOW_MULTI|0x80',
    ['O_RDONLY|O_CLOEXEC', 'BPF_F_ALLOW_MULTI|0x80'],
  ],
  ['numbers', '-1, 0x10, 0700, 12', [-1, 16, 448, 12]],
  ['names behind numbers (-Xverbose)', '0x5 /* BPF_PROG_LOAD */, 8', [5, 8]],
  [
    'structs in structs',
    '{query={target_fd=3</c>, prog_ids=[1, 2], prog_cnt=16 => 2}}, 40',
    [{ query: { target_fd: '3</c>', prog_ids: [1, 2], prog_cnt: { before: 16, after: 2 } } }, 40],
  ],
  ['fields that were left out', '{a=1, ...}, [1, ...]', [{ a: 1, '…': true }, [1, '…']]],
  ['macros', '{v=KERNEL_VERSION(6, 18, 44), l="GPL"}', [{ v: 'KERNEL_VERSION', l: 'GPL' }]],
  ['strings with escapes', '"a\\"b\\n\\303\\251\\x41", "cut"...', ['a"b\n\xc3\xa9A', 'cut…']],
  [
    'arguments with names',
    'child_stack=NULL, flags=CLONE_VM|SIGCHLD',
    [{ child_stack: 'NULL' }, { flags: 'CLONE_VM|SIGCHLD' }],
  ],
  [
    'what the kernel wrote behind a struct',
    '{flags=CLONE_VM} => {parent_tid=[9]}, 88',
    [{ before: { flags: 'CLONE_VM' }, after: { parent_tid: [9] } }, 88],
  ],
  ['a set by what it lacks', '~[INT TERM], 8', [['INT', 'TERM'], 8]],
])('%s', (_, text, value) => {
  expect(read(text)).toEqual(value);
});

it.each([
  ['a string without an end', '"abc'],
  ['a path without an end', '3</sys'],
  ['a comment without an end', '1 /* x'],
  ['nothing where a value stands', '{a=}'],
  ['brackets without an end', '{a=1'],
  ['brackets too deep', '['.repeat(100)],
])('refuses %s', (_, text) => {
  expect(() => readArguments({ text, at: 0 })).toThrow(Malformed);
});

it('takes octal numbers of each length as strace writes them', () => {
  expect(unescapeText('\\0\\12\\377x')).toBe('\0\n\xffx');
});
