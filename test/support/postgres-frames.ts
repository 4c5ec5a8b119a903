// The messages of PostgreSQL's wire protocol, version 3: a letter, and a length that counts itself but
// not the letter. What a client sends first has no letter. What is encrypted cannot be read.

/** Which way a message goes. */
export type Way = 'to the server' | 'to the service';

export interface Frame {
  readonly way: Way;
  readonly name: string;
  readonly bytes: Buffer;
}

const LENGTH_BYTES = 4;
/** The code of protocol 3.0 in the first message; other codes ask for encryption, or cancel. */
const VERSION = 196_608;

const NAMES: Readonly<Record<Way, Readonly<Record<string, string>>>> = {
  'to the server': {
    B: 'Bind',
    C: 'Close',
    D: 'Describe',
    E: 'Execute',
    H: 'Flush',
    P: 'Parse',
    Q: 'Query',
    S: 'Sync',
    X: 'Terminate',
    p: 'Password',
  },
  'to the service': {
    '1': 'ParseComplete',
    '2': 'BindComplete',
    '3': 'CloseComplete',
    A: 'Notification',
    C: 'CommandComplete',
    D: 'DataRow',
    E: 'Error',
    K: 'BackendKeyData',
    N: 'Notice',
    R: 'Authentication',
    S: 'ParameterStatus',
    T: 'RowDescription',
    Z: 'ReadyForQuery',
    n: 'NoData',
    t: 'ParameterDescription',
  },
};

/** Cuts what goes one way on one connection into its messages, whatever pieces it comes in. */
export class FrameReader {
  readonly #way: Way;
  #rest: Buffer = Buffer.alloc(0);
  #isFirst: boolean;

  constructor(way: Way) {
    this.#way = way;
    this.#isFirst = way === 'to the server';
  }

  /**
   * The messages that are whole with these bytes.
   *
   * @throws Error at a message that begins something else than a session in plain text
   */
  read(bytes: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    for (;;) {
      const letters = this.#isFirst ? 0 : 1;
      if (this.#rest.length < letters + LENGTH_BYTES) return frames;
      const size = letters + this.#rest.readUInt32BE(letters);
      if (this.#rest.length < size) return frames;
      const frame = this.#rest.subarray(0, size);
      this.#rest = this.#rest.subarray(size);
      frames.push({ way: this.#way, name: this.#name(frame), bytes: frame });
      this.#isFirst = false;
    }
  }

  #name(frame: Buffer): string {
    if (this.#isFirst) {
      const code = frame.readUInt32BE(LENGTH_BYTES);
      if (code !== VERSION) throw new Error(`this is not a session in plain text: ${code}`);
      return 'Startup';
    }
    const letter = String.fromCharCode(frame[0] ?? 0);
    const name = NAMES[this.#way][letter];
    if (name === undefined) throw new Error(`a message ${this.#way} has the letter ${letter}`);
    return name;
  }
}
