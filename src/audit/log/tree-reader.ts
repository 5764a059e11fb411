import { Equal, type EntityManager } from 'typeorm';
import { inBatches } from '../../common/in-batches.js';
import { joinSubtrees, nodeHash } from '../merkle/hashing.js';
import {
  edgeTiles,
  isStored,
  nodeInTile,
  type Tile,
  TileEdge,
  type TileKey,
  tileOf,
} from '../merkle/tiles.js';
import { type Node, perfectNodes, type Subtree } from '../merkle/tree-geometry.js';
import { AuditTile } from './audit-tile.entity.js';

const REMEMBERED_NODES = 100_000;
const REMEMBERED_TILES = 1000;
const TILES_PER_QUERY = 100;

/**
 * Reads hashes of the stored tree. Use one reader for one task: it caches what it reads, so that neighbouring
 * proofs read each tile once.
 */
export class TreeReader {
  readonly #tiles = new Map<string, Tile>();
  readonly #nodes = new Map<string, Buffer>();

  constructor(private readonly manager: EntityManager) {}

  /**
   * The hashes of subtrees, in the given order.
   * @throws RangeError when the tree is not that large.
   */
  async hashes(subtrees: readonly Subtree[]): Promise<Buffer[]> {
    const nodes = subtrees.map(perfectNodes);
    await this.#load(nodes.flat());
    return nodes.map((parts) => joinSubtrees(parts.map((node) => this.#hashOf(node))));
  }

  /** The root of the tree at `size` leaves. @throws RangeError when it was never that large. */
  async root(size: number): Promise<Buffer> {
    const [root] = await this.hashes([{ begin: 0, end: size }]);
    return root!;
  }

  /**
   * The right edge of a tree of `size` leaves. @throws RangeError when the stored tiles do not match this
   * size.
   */
  async edge(size: number): Promise<TileEdge> {
    return new TileEdge(size, await this.#fetch(edgeTiles(size)));
  }

  #hashOf(node: Node): Buffer {
    const key = keyOf(node);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const hash = this.#joined(node) ?? nodeInTile(this.#tileWith(node), node);
    this.#nodes.set(key, hash);
    return hash;
  }

  /**
   * Computes the hash from the two nodes below, which the next proof needs too. Null when a tile has the hash
   * itself.
   */
  #joined(node: Node): Buffer | null {
    if (isStored(node)) return null;
    const below = { level: node.level - 1, index: node.index * 2 };
    return nodeHash(this.#hashOf(below), this.#hashOf({ ...below, index: below.index + 1 }));
  }

  #tileWith(node: Node): Tile {
    const key = keyOf(tileOf(node));
    const tile = this.#tiles.get(key);
    if (tile === undefined) throw new RangeError(`tile ${key} is missing`);
    return tile;
  }

  /**
   * Loads all tiles that `nodes` need. A full cache is emptied before, not after, so that everything needed
   * is in it.
   */
  async #load(nodes: readonly Node[]): Promise<void> {
    if (this.#nodes.size > REMEMBERED_NODES) this.#nodes.clear();
    const needed = new Map<string, TileKey>();
    for (const node of nodes)
      if (!this.#nodes.has(keyOf(node))) needed.set(keyOf(tileOf(node)), tileOf(node));
    if (this.#tiles.size + needed.size > REMEMBERED_TILES) this.#tiles.clear();
    const missing = [...needed].filter(([key]) => !this.#tiles.has(key)).map(([, tile]) => tile);
    for (const tile of await this.#fetch(missing)) this.#tiles.set(keyOf(tile), tile);
  }

  async #fetch(keys: readonly TileKey[]): Promise<Tile[]> {
    const tiles: Tile[] = [];
    for (const batch of inBatches(keys, TILES_PER_QUERY)) {
      const where = batch.map(({ level, index }) => ({ level: Equal(level), index: Equal(index) }));
      tiles.push(...(await this.manager.find(AuditTile, { where })));
    }
    return tiles;
  }
}

function keyOf({ level, index }: Node | TileKey): string {
  return `${level}/${index}`;
}
