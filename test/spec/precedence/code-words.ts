/**
 * Instructions in the words of a table: `fd:999 r0=1 exit`. `fd:`, `idx:` and `value:3+8` load a map
 * by its fd, by an index, or an address in its value; `fd:3..67` loads a row of them. `if:1` compares
 * register 1, `if0:` register 0 and jumps. `packet:` reads the context into register 2, `spill` writes it on the
 * stack.
 */
import { type CodeLine, encodedCode } from '../../../src/recorders/golden/code.ts';

/** The instructions in base64. */
export function insnsOf(words: string): string {
  return encodedCode(words.split(' ').flatMap(lines), Number).insns;
}

function lines(word: string): CodeLine[] {
  const [, kind = '', from = '0', to = from, offset = '0'] =
    /^([a-z0-9=]+?)[:=]?(-?\d+)?(?:\.\.(\d+))?(?:\+(\d+))?$/u.exec(word) ?? [];
  switch (kind) {
    case 'exit':
      return [[0x95]];
    case 'r0':
      return [[0xb7, 0, 0, 0, Number(from)]];
    case 'r0=r':
      return [[0xbf, 0, Number(from)]];
    case 'code':
      return [[Number(from)]];
    case 'jump':
      return [[0x05, 0, 0, Number(from)]];
    case 'if':
      return [[0x15, Number(from)]];
    case 'helper':
      return [[0x85, 0, 0, 0, Number(from)]];
    case 'if0':
      return [[0x15, 0, 0, Number(from), 5]];
    case 'call':
      return [[0x85, 0, 1, 0, Number(from)]];
    case 'call32':
      return [[0x8e, 0, 1, 0, Number(from)]];
    case 'kfunc':
      return [[0x85, 0, 2, 0, Number(from)]];
    case 'func':
      return [[0x18, 2, 4, 0, Number(from)], [0]];
    case 'packet':
      return [[0x61, 2, 1, Number(from)]];
    case 'spill':
      return [[from === '8' ? 0x7b : 0x63, 10, 2, -8]];
    case 'context':
      return [[0x61, 0, 1, Number(from)]];
    case 'fd':
    case 'idx':
    case 'value': {
      const source = { fd: 1, value: 2, idx: 5 }[kind];
      const numbers = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => i);
      return numbers.flatMap((i): CodeLine[] => [
        [0x18, 2, source, 0, Number(from) + i],
        [0, 0, 0, 0, Number(offset)],
      ]);
    }
    default:
      throw new Error(`no instruction is called ${word}`);
  }
}
