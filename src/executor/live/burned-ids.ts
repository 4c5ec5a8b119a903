/**
 * Tells whether a refused call used up an id. Nothing of the kernel says so, hence objects of our own
 * are made before and after the call is refused once more, and the ids between theirs are counted.
 * Others of this machine may make objects meanwhile, so what looks used up is asked again.
 */
import { mkdirSync } from 'node:fs';
import type { Call } from '../../domain/call.ts';
import type { Effect } from '../../domain/effect.ts';
import type { IdKind } from '../../domain/ids.ts';
import { Attr } from '../../native/attr.ts';
import { BTF_LOAD } from '../../native/attr-fields.ts';
import type { BPF } from '../../native/commands.ts';
import { assemble, INSN_BYTES } from '../../native/instructions.ts';
import { cString, must, SYS } from '../../native/syscall.ts';
import { askAgain } from './ask-again.ts';
import { openBase } from './beneath.ts';
import { realBtfId } from './btf-info.ts';
import type { LiveKernel } from './live-kernel.ts';
import { realIdBehind } from './objects.ts';
import { BTF } from './types.ts';

/** Times that a call is refused again before an id counts as used up by it. */
const TRIES = 4;
const CGROUP_SKB = 8;
const ARRAY = 2;
const EGRESS = 1;

const MADE: { readonly [N in Call['name']]?: IdKind } = {
  prog_load: 'prog',
  link_create: 'link',
  map_create: 'map',
  btf_load: 'btf',
};

const MAKES = {
  prog: 'prog_load',
  link: 'link_create',
  map: 'map_create',
  btf: 'btf_load',
} as const satisfies Readonly<Record<IdKind, keyof typeof BPF>>;

export class BurnedIds {
  readonly #live: LiveKernel;
  readonly #folder: string;
  /** A cgroup and a program for links of our own, once one was asked for. */
  #place: { readonly cgroup: number; readonly prog: number } | undefined;

  /**
   * @param folder a directory of the cgroup hierarchy that may be made, outside of the log's top
   */
  constructor(live: LiveKernel, folder: string) {
    this.#live = live;
    this.#folder = folder;
  }

  /**
   * The id that a call used up although it was refused.
   *
   * @param again makes the call once more before it returns; it is refused again, since it changed nothing
   */
  async after(call: Call, again: () => Promise<unknown>): Promise<Effect | undefined> {
    const kind = MADE[call.name];
    if (kind === undefined) return undefined;
    let least = Infinity;
    for (let tries = 0; tries < TRIES && least > 0; tries++) {
      // In one piece: other programs of ours may be under way.
      const before = this.#next(kind);
      const refused = again();
      least = Math.min(least, this.#next(kind) - before - 1);
      await refused;
    }
    if (least === 0) return undefined;
    if (least > 1) throw new Error(`a refused ${call.name} used up ${least} ids`);
    const id = this.#live.nameNew(kind);
    if (kind === 'prog') return { type: 'ProgIdBurned', prog_id: id };
    if (kind === 'btf') return { type: 'BtfIdBurned', btf_id: id };
    return kind === 'link'
      ? { type: 'LinkIdBurned', link_id: id }
      : { type: 'MapIdBurned', map_id: id };
  }

  close(): void {
    for (const fd of Object.values(this.#place ?? {})) this.#live.kernel.call(SYS.close, fd);
  }

  /** The kernel's id of an object that is made and closed again. */
  #next(kind: IdKind): number {
    const fd = this.#make(kind);
    const { kernel } = this.#live;
    const id = kind === 'btf' ? realBtfId(kernel, fd) : realIdBehind(this.#live, fd);
    must(kernel.call(SYS.close, fd), 'close the probe');
    return id;
  }

  #make(kind: IdKind): number {
    const { kernel } = this.#live;
    const attr = new Attr(kernel);
    if (kind === 'btf') attr.pointer(BTF_LOAD.btf, BTF).u32(BTF_LOAD.btf_size, BTF.length);
    if (kind === 'map') attr.u32(0, ARRAY).u32(4, 4).u32(8, 4).u32(12, 1);
    if (kind === 'prog') {
      const insns = assemble(1, []);
      attr.u32(0, CGROUP_SKB).u32(4, insns.length / INSN_BYTES);
      attr.pointer(8, insns).pointer(16, cString('GPL'));
    }
    if (kind === 'link') {
      this.#place ??= this.#open();
      attr.u32(0, this.#place.prog).u32(4, this.#place.cgroup).u32(8, EGRESS);
    }
    return askAgain(kernel, MAKES[kind], attr, `the probe of a ${kind}`);
  }

  #open() {
    mkdirSync(this.#folder);
    return { prog: this.#make('prog'), cgroup: openBase(this.#live.kernel, this.#folder).fd };
  }
}
