/**
 * The fields of an attr as strace prints them: by name, or in the bytes behind the last field that it
 * knows. Offsets: `union bpf_attr`.
 */
import { BTF_PATH } from './fd-facts.ts';
import type { StructValue, Value } from './value.ts';

/** The fields of an attr, those of the command's own struct in it included. */
export class AttrFields {
  readonly #attr: StructValue;
  readonly #inner: StructValue | undefined;
  readonly #size: number | undefined;
  readonly #command: string;

  constructor(attr: StructValue, size: number | undefined, command = '') {
    this.#attr = attr;
    this.#size = size;
    this.#command = command;
    // `{link_create={…}}`: the one field is the command's struct.
    const [first] = attr.fields.values();
    this.#inner = first?.kind === 'struct' ? first : undefined;
  }

  get size(): { readonly attr_size?: number } {
    return attrSizeField(this.#size);
  }

  get isCut(): boolean {
    return this.#attr.cut || this.#inner?.cut === true;
  }

  get(name: string): Value | undefined {
    return this.#inner?.fields.get(name) ?? this.#attr.fields.get(name);
  }

  /** A number that is printed; undefined where it is not. */
  number(name: string): number | undefined {
    const value = this.get(name);
    return value?.kind === 'number' ? value.value : undefined;
  }

  /** Its number where it is not zero: a field that is zero need not be told. */
  some<N extends string>(name: N): { readonly [K in N]?: number } {
    const value = this.number(name) ?? this.#readHidden(name);
    return (value === undefined || value === 0 ? {} : { [name]: value }) as {
      readonly [K in N]?: number;
    };
  }

  /** Whether a pointer is passed; what it leads to need not be printed. */
  isPassed(name: string): boolean {
    const value = this.get(name);
    if (value === undefined) return (this.#readHidden(name) ?? 0) !== 0;
    const isNull = value.kind === 'word' && value.text === 'NULL';
    return !isNull && !(value.kind === 'number' && value.value === 0);
  }

  /** An fd field that is surely open on no BTF: a recording does not tell of that of the kernel. */
  isNoBtf(name: string): boolean {
    const value = this.get(name);
    return value?.kind === 'number' && value.path !== undefined && value.path !== BTF_PATH;
  }

  text(name: string): string {
    const value = this.get(name);
    return value?.kind === 'string' ? value.text : '';
  }

  /**
   * A field in `extra_data`: what strace does not know, printed as bytes that reach to the end of
   * the attr.
   */
  #readHidden(name: string): number | undefined {
    const extra = this.get('extra_data');
    const place = HIDDEN[this.#command]?.[name];
    if (extra?.kind !== 'string' || this.#size === undefined || place === undefined) {
      return undefined;
    }
    const bytes = Buffer.from(extra.text, 'latin1');
    const at = place.offset - (this.#size - bytes.length);
    if (at < 0 || at + place.bytes > bytes.length) return undefined;
    return place.bytes === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
  }
}

type Places = Readonly<Record<string, { readonly offset: number; readonly bytes: 4 | 8 }>>;

const ATTACHMENT: Places = {
  replace_bpf_fd: { offset: 16, bytes: 4 },
  relative_fd: { offset: 20, bytes: 4 },
  expected_revision: { offset: 24, bytes: 8 },
};

/** Where fields stand in the attr that older straces print as bytes. */
const HIDDEN: Readonly<Record<string, Places>> = {
  prog_attach: ATTACHMENT,
  prog_detach: ATTACHMENT,
  prog_query: { revision: { offset: 56, bytes: 8 } },
  link_create: {
    relative_fd: { offset: 16, bytes: 4 },
    expected_revision: { offset: 24, bytes: 8 },
  },
  prog_load: {
    log_true_size: { offset: 140, bytes: 4 },
    prog_token_fd: { offset: 144, bytes: 4 },
    signature: { offset: 152, bytes: 8 },
    signature_size: { offset: 160, bytes: 4 },
    keyring_id: { offset: 164, bytes: 4 },
  },
  btf_load: {
    btf_flags: { offset: 32, bytes: 4 },
    btf_token_fd: { offset: 36, bytes: 4 },
  },
  map_create: {
    map_token_fd: { offset: 76, bytes: 4 },
    excl_prog_hash: { offset: 80, bytes: 8 },
    excl_prog_hash_size: { offset: 88, bytes: 4 },
  },
};

export function attrSizeField(size: number | undefined): { readonly attr_size?: number } {
  return size === undefined ? {} : { attr_size: size };
}

export function nonZero<N extends string>(name: N, value: number): { readonly [K in N]?: number } {
  return (value === 0 ? {} : { [name]: value }) as { readonly [K in N]?: number };
}

export function nameField<N extends string>(name: N, text: string): { readonly [K in N]?: string } {
  return (text === '' ? {} : { [name]: text }) as { readonly [K in N]?: string };
}
