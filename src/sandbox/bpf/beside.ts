/** What a program may ask of its objects that the model does not keep: instructions, licence, flags. */
import { existsSync, readFileSync } from 'node:fs';
import { isKernelsBtf } from '../../domain/btf.ts';
import type { Call, CallOf } from '../../domain/call.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Kernel } from '../../domain/kernel.ts';
import type { Passed } from './decoded.ts';
import { MapBytes } from './map-bytes.ts';

export interface ProgramFacts {
  readonly insns: Buffer;
  readonly gpl: boolean;
  /** Nanoseconds since the machine was started. */
  readonly loadedAt: bigint;
  /** The constant that it returns, where that is known. */
  readonly ret: number | undefined;
}

const KERNELS_TYPES = '/sys/kernel/btf/vmlinux';
const NO_TYPES = Buffer.alloc(0);

/** Objects that are freed are let go of after this many new ones. */
const CLEAN_EVERY = 256;

export class Beside {
  readonly maps = new MapBytes();
  readonly programs = new Map<number, ProgramFacts>();
  /** Flags that a map was created with. */
  readonly mapFlags = new Map<number, number>();
  /** Names of tracepoints that links were opened on. */
  readonly tracepoints = new Map<number, string>();
  /** Types that were loaded, by the id of their BTF. */
  readonly #types = new Map<number, Buffer>();
  /** Open files that LINK_CREATE made: their links in /proc have another name than others'. */
  readonly madeLinks = new Set<number>();
  #kernelsTypes: Buffer | undefined;
  #made = 0;

  /** Keeps what a call told of the object that it made. */
  keep(
    kernel: Kernel,
    pid: number,
    { call, license = '', tracepoint }: Passed & { readonly call: Call },
    { effects }: Decision,
  ): void {
    const made = effects[0];
    if (call.name === 'prog_load' && made?.type === 'ProgLoaded') {
      this.programs.set(made.prog_id, factsOf(call, license));
    } else if (call.name === 'map_create' && made?.type === 'MapCreated') {
      this.mapFlags.set(made.map_id, call.map_flags ?? 0);
    } else if (made?.type === 'LinkCreated' && made.fd !== undefined) {
      const file = kernel.processes.get(pid)?.fds.get(made.fd)?.file;
      if (file !== undefined) this.madeLinks.add(file);
      if (tracepoint !== undefined) this.tracepoints.set(made.link_id, tracepoint);
    } else return;
    if (++this.#made % CLEAN_EVERY === 0) this.#clean(kernel);
  }

  keepTypes(btfId: number, bytes: Buffer): void {
    this.#types.set(btfId, bytes);
  }

  /** The types of BTF; the kernel's are those of the machine, which the process may read as a file too. */
  typesOf(kernel: Kernel, btfId: number): Buffer | undefined {
    if (!isKernelsBtf(kernel, btfId)) return this.#types.get(btfId);
    this.#kernelsTypes ??= existsSync(KERNELS_TYPES) ? readFileSync(KERNELS_TYPES) : NO_TYPES;
    return this.#kernelsTypes;
  }

  #clean(kernel: Kernel): void {
    this.maps.forget((id) => kernel.maps.has(id));
    for (const id of this.programs.keys()) if (!kernel.programs.has(id)) this.programs.delete(id);
    for (const id of this.mapFlags.keys()) if (!kernel.maps.has(id)) this.mapFlags.delete(id);
    for (const id of this.tracepoints.keys())
      if (!kernel.links.has(id)) this.tracepoints.delete(id);
    for (const file of this.madeLinks) if (!kernel.files.has(file)) this.madeLinks.delete(file);
    for (const id of this.#types.keys()) if (!kernel.btfs.has(id)) this.#types.delete(id);
  }
}

const GPL_COMPATIBLE = [
  ...['GPL', 'GPL v2', 'GPL and additional rights'],
  ...['Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL'],
];

function factsOf(call: CallOf<'prog_load'>, license: string): ProgramFacts {
  return {
    insns: Buffer.from(call.insns ?? '', 'base64'),
    gpl: GPL_COMPATIBLE.includes(license),
    loadedAt: process.hrtime.bigint(),
    ret: call.ret,
  };
}
