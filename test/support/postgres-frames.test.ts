// Messages of PostgreSQL's protocol are cut out of whatever pieces the network makes of them.

import { describe, expect, it } from 'vitest';
import { FrameReader, type Way } from './postgres-frames.ts';

/** A message; what begins a session has no letter. */
function message(letter: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(4 + body.length);
  return Buffer.concat([Buffer.from(letter, 'latin1'), length, body]);
}

const VERSION = Buffer.from([0, 3, 0, 0]);
const ENCRYPTION = Buffer.from([4, 210, 22, 47]);
const startup = message('', VERSION);
const query = message('Q', Buffer.from('select 1\0'));
const sync = message('S', Buffer.alloc(0));

function namesOf(way: Way, pieces: readonly Buffer[]): string[] {
  const reader = new FrameReader(way);
  return pieces.flatMap((piece) => reader.read(piece)).map(({ name }) => name);
}

describe('a reader of messages', () => {
  const bytes = Buffer.concat([startup, query, sync]);

  it('finds them in one piece, and in pieces of one byte', () => {
    const wanted = ['Startup', 'Query', 'Sync'];
    expect(namesOf('to the server', [bytes])).toEqual(wanted);
    expect(
      namesOf(
        'to the server',
        [...bytes].map((byte) => Buffer.from([byte])),
      ),
    ).toEqual(wanted);
  });

  it('gives back the same bytes', () => {
    const reader = new FrameReader('to the server');
    const frames = [...reader.read(bytes.subarray(0, 11)), ...reader.read(bytes.subarray(11))];
    expect(Buffer.concat(frames.map((frame) => frame.bytes))).toEqual(bytes);
  });

  it('knows one letter by its way', () => {
    expect(namesOf('to the service', [sync])).toEqual(['ParameterStatus']);
  });

  it('refuses a session that asks for encryption', () => {
    expect(() => namesOf('to the server', [message('', ENCRYPTION)])).toThrow(
      'not a session in plain',
    );
  });
});
