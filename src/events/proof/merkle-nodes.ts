/**
 * The nodes of a log's Merkle tree: those of each eighth level are stored when a head is signed, and
 * the others are computed from them, or from the events. So a proof reads a few hundred rows at most
 * of a log of any length, and an append writes none of this.
 */
import { type Cut, readCut } from '../cuts.ts';
import { chainHash } from '../encoding/hash-chain.ts';
import { bytesOf, hexOf } from '../encoding/hex.ts';
import { LogRefusal } from '../log-refusal.ts';
import { DamagedLog } from '../reading/damaged-log.ts';
import { headAt } from '../reading/head-at.ts';
import { readUnbroken } from '../reading/log-reader.ts';
import type { Queryable } from '../storage/database.ts';
import { sqlArray } from '../storage/sql-array.ts';
import {
  BLOCK_LEAVES,
  CompactRange,
  LEVEL_STEP,
  leafHash,
  type MerkleNode,
  nodeHash,
} from './merkle.ts';

/** Nodes that are inserted by one statement. */
const PIECE_NODES = 1000;

/** Adds nodes; those that are there already stay as they are. */
export async function storeNodes(
  database: Queryable,
  host_id: number,
  nodes: readonly MerkleNode[],
): Promise<void> {
  for (let i = 0; i < nodes.length; i += PIECE_NODES) {
    const piece = nodes.slice(i, i + PIECE_NODES);
    await database.query(
      `insert into merkle_nodes (host_id, level, position_to, hash)
       select $1::int8, r.a, r.b, decode(r.c, 'hex')
       from unnest($2::int4[], $3::int8[], $4::text[]) as r(a, b, c) on conflict do nothing`,
      [
        host_id,
        sqlArray(piece.map(({ level }) => level)),
        sqlArray(piece.map(({ position_to }) => position_to)),
        sqlArray(piece.map((node) => hexOf(node.hash))),
      ],
    );
  }
}

interface NodeRow {
  readonly level: number;
  readonly position_to: number;
  readonly hash: string;
}

/** The stored nodes that end in [from, to]. */
export async function readNodes(
  database: Queryable,
  host_id: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<MerkleNode[]> {
  const rows = await database.query<NodeRow>(
    `select level, position_to, encode(hash, 'hex') as hash from merkle_nodes
     where host_id = $1 and position_to between $2 and $3`,
    [host_id, from, to],
  );
  return rows.map(({ hash, ...node }) => ({ ...node, hash: bytesOf(hash) }));
}

/** Reads the tree of one log, for one question. Of a log that was cut it is known from the cut on. */
export class MerkleReader {
  readonly #database: Queryable;
  readonly #hostId: number;
  #cut: Promise<Cut | undefined> | undefined;
  /** The leaves that were read last; several nodes are of the same. */
  #block: { readonly first: number; readonly leaves: readonly Uint8Array[] } | undefined;

  constructor(database: Queryable, hostId: number) {
    this.#database = database;
    this.#hostId = hostId;
  }

  /**
   * The root of the full subtree of the leaves from `index * 2 ** level` on.
   *
   * @throws DamagedLog when events below it are missing
   * @throws LogRefusal `position-removed` when they were removed, and the cut does not have the node
   */
  async node(level: number, index: number): Promise<Uint8Array> {
    this.#cut ??= readCut(this.#database, this.#hostId);
    const cut = await this.#cut;
    const width = 2 ** level;
    if (cut !== undefined && index * width < cut.position) {
      if ((index + 1) * width <= cut.position) return this.#beforeCut(cut, level, index);
      // The cut lies within it.
      const left = await this.node(level - 1, 2 * index);
      return nodeHash(left, await this.node(level - 1, 2 * index + 1));
    }
    if (level > 0 && level % LEVEL_STEP === 0) {
      const [node] = await this.#readNodes(level, { from: index, count: 1 });
      if (node !== undefined) return node;
    }
    const below = Math.max(0, Math.floor((level - 1) / LEVEL_STEP) * LEVEL_STEP);
    const count = 2 ** (level - below);
    let nodes = await this.#row(below, { from: index * count, count });
    while (nodes.length > 1) nodes = pairsOf(nodes);
    return nodes[0] as Uint8Array;
  }

  /** A node whose leaves all are of events up to the cut. */
  async #beforeCut(cut: Cut, level: number, index: number): Promise<Uint8Array> {
    const end = (index + 1) * 2 ** level;
    let reached = 0;
    let roots = 0;
    for (let width = 2 ** Math.floor(Math.log2(cut.position)); width >= 1; width /= 2) {
      if (reached + width > cut.position) continue;
      reached += width;
      const root = cut.tree[roots++];
      if (reached === end && width === 2 ** level && root !== undefined) return root;
    }
    throw new LogRefusal({ why: 'position-removed', position: end, oldest: cut.position });
  }

  /** The tree of the first `size` events, to go on with. Throws `DamagedLog`. */
  async range(size: number): Promise<CompactRange> {
    const roots: Uint8Array[] = [];
    let level = 0;
    while (2 ** (level + 1) <= size) level++;
    for (let from = 0; from < size; level--) {
      const count = 2 ** level;
      if (from + count > size) continue;
      roots.push(await this.node(level, from / count));
      from += count;
    }
    return new CompactRange(size, roots);
  }

  /** Nodes beside each other on level 0 or a stored one; what is not stored is computed. */
  async #row(level: number, run: NodeRun): Promise<Uint8Array[]> {
    if (level === 0) return this.#leaves(run);
    const stored = await this.#readNodes(level, run);
    const nodes: Uint8Array[] = [];
    for (let i = 0; i < run.count; i++) {
      nodes.push(stored[i] ?? (await this.node(level, run.from + i)));
    }
    return nodes;
  }

  /** By place in the run; a missing one leaves its place empty. */
  async #readNodes(level: number, { from, count }: NodeRun): Promise<(Uint8Array | undefined)[]> {
    const width = 2 ** level;
    const ends = Array.from({ length: count }, (_, i) => (from + i + 1) * width);
    const rows = await this.#database.query<NodeRow>(
      `select level, position_to, encode(hash, 'hex') as hash from merkle_nodes
       where host_id = $1 and position_to = any($2::int8[]) and level = $3`,
      [this.#hostId, sqlArray(ends), level],
    );
    const found: (Uint8Array | undefined)[] = [];
    for (const { position_to, hash } of rows) found[position_to / width - 1 - from] = bytesOf(hash);
    return found;
  }

  async #leaves({ from, count }: NodeRun): Promise<Uint8Array[]> {
    const block = Math.floor(from / BLOCK_LEAVES) * BLOCK_LEAVES;
    const cut = await this.#cut;
    const first = Math.max(block, cut?.position ?? 0);
    if (this.#block?.first !== first) {
      this.#block = { first, leaves: await this.#readLeaves(first, block + BLOCK_LEAVES) };
    }
    const { leaves } = this.#block;
    if (from - first + count > leaves.length) {
      throw new DamagedLog(first + leaves.length + 1, 'missing from the log');
    }
    return leaves.slice(from - first, from - first + count);
  }

  /** From one leaf to before another, as far as there are events. */
  async #readLeaves(first: number, end: number): Promise<Uint8Array[]> {
    let { hash } = await headAt(this.#database, this.#hostId, first);
    const leaves: Uint8Array[] = [];
    while (first + leaves.length < end) {
      const range = { from: first + leaves.length + 1, limit: end - first - leaves.length };
      const rows = await readUnbroken(this.#database, this.#hostId, range);
      if (rows.length === 0) break;
      for (const row of rows) {
        hash = chainHash(hash, row);
        leaves.push(leafHash(hash));
      }
    }
    return leaves;
  }
}

/** Nodes beside each other on one level. */
interface NodeRun {
  /** Counted from 0 on that level. */
  readonly from: number;
  readonly count: number;
}

/** The level above some nodes beside each other, of which there is an even number. */
function pairsOf(nodes: readonly Uint8Array[]): Uint8Array[] {
  return nodes.flatMap((left, i) =>
    i % 2 === 0 ? [nodeHash(left, nodes[i + 1] as Uint8Array)] : [],
  );
}
