import { HASH_BYTES, joinSubtrees, nodeHash } from './hashing.js';
import { type Node, perfectNodes } from './tree-geometry.js';

/** A tile holds up to 256 neighbouring hashes of one level (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

/** Tile `index` of tile level `level`: its hashes are nodes of tree level 8 × `level`. */
export interface TileKey {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileKey {
  /** The hashes in order, without separators. The newest tile of a level may be incomplete. */
  readonly hashes: Buffer;
}

/** The tile from which the hash of a node can be computed. */
export function tileOf(node: Node): TileKey {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const width = 2 ** (node.level - level * TILE_HEIGHT);
  return { level, index: Math.floor((node.index * width) / TILE_WIDTH) };
}

/** True when tiles contain the hash of the node. All other hashes are computed from these. */
export function isStored(node: Node): boolean {
  return node.level % TILE_HEIGHT === 0;
}

/**
 * The hash of a node, from the tile that `tileOf` names.
 * @throws RangeError when the tile has too few hashes: the tree has not grown to that node, or was cut.
 */
export function nodeInTile(tile: Tile, node: Node): Buffer {
  const width = 2 ** (node.level - tile.level * TILE_HEIGHT);
  const first = node.index * width - tile.index * TILE_WIDTH;
  if ((first + width) * HASH_BYTES > tile.hashes.length) {
    throw new RangeError(`tile ${tile.level}/${tile.index} does not reach node ${node.level}/${node.index}`);
  }
  return rootOf(tile.hashes, first, width);
}

function rootOf(hashes: Buffer, first: number, width: number): Buffer {
  if (width === 1) return hashes.subarray(first * HASH_BYTES, (first + 1) * HASH_BYTES);
  return nodeHash(rootOf(hashes, first, width / 2), rootOf(hashes, first + width / 2, width / 2));
}

/**
 * How many hashes are in the newest, incomplete tile of a level, in a tree of `size` leaves. 0 when there is
 * none.
 */
export function hashesInLastTile(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH;
}

/** The incomplete tiles at the right edge of a tree. They are all that is needed to append to it. */
export function edgeTiles(size: number): TileKey[] {
  const keys: TileKey[] = [];
  for (let level = 0; TILE_WIDTH ** level <= size; level++) {
    const index = Math.floor(size / TILE_WIDTH ** (level + 1));
    if (hashesInLastTile(size, level) > 0) keys.push({ level, index });
  }
  return keys;
}

/** The right edge of the tree, to which leaves are appended. */
export class TileEdge {
  readonly #partial: (OpenTile | undefined)[] = [];
  readonly #completed: Tile[] = [];
  #size: number;

  /**
   * @param tiles the tiles that `edgeTiles(size)` names.
   * @throws RangeError when one is missing or has the wrong number of hashes.
   */
  constructor(size: number, tiles: readonly Tile[]) {
    this.#size = size;
    for (const { level, index } of edgeTiles(size)) {
      const tile = tiles.find((candidate) => candidate.level === level && candidate.index === index);
      const count = hashesInLastTile(size, level);
      if (tile?.hashes.length !== count * HASH_BYTES) {
        throw new RangeError(`tile ${level}/${index} does not hold the ${count} hashes of a tree of ${size}`);
      }
      this.#partial[level] = new OpenTile(level, index, tile.hashes);
    }
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    this.#push(0, leaf);
    this.#size++;
  }

  /** The root of the whole tree. */
  root(): Buffer {
    const roots: Buffer[] = [];
    for (let level = this.#partial.length - 1; level >= 0; level--) {
      const hashes = this.#partial[level]?.hashes ?? Buffer.alloc(0);
      const tile = { level: 0, index: 0, hashes };
      const all = { begin: 0, end: hashes.length / HASH_BYTES };
      for (const node of perfectNodes(all)) roots.push(nodeInTile(tile, node));
    }
    return joinSubtrees(roots);
  }

  /** The tiles that are new or have grown, for storing. */
  changed(): Tile[] {
    return [...this.#completed, ...this.#partial.filter((tile): tile is OpenTile => tile?.grown === true)];
  }

  #push(level: number, hash: Buffer): void {
    const index = Math.floor(this.#size / TILE_WIDTH ** (level + 1));
    const tile = (this.#partial[level] ??= new OpenTile(level, index));
    tile.push(hash);
    if (!tile.complete) return;
    this.#partial[level] = undefined;
    this.#completed.push(tile);
    this.#push(level + 1, tileRoot(tile));
  }
}

/** An incomplete tile, to which hashes are appended. */
class OpenTile implements Tile {
  readonly #bytes = Buffer.alloc(TILE_WIDTH * HASH_BYTES);
  #length: number;
  #grown = false;

  constructor(
    readonly level: number,
    readonly index: number,
    hashes: Uint8Array = new Uint8Array(),
  ) {
    this.#bytes.set(hashes);
    this.#length = hashes.length;
  }

  get hashes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get grown(): boolean {
    return this.#grown;
  }

  get complete(): boolean {
    return this.#length === this.#bytes.length;
  }

  push(hash: Uint8Array): void {
    this.#bytes.set(hash, this.#length);
    this.#length += HASH_BYTES;
    this.#grown = true;
  }
}

/** The root of a complete tile. @throws RangeError when it is not complete. */
export function tileRoot(tile: Tile): Buffer {
  if (tile.hashes.length !== TILE_WIDTH * HASH_BYTES) {
    throw new RangeError(`tile ${tile.level}/${tile.index} is not complete`);
  }
  return rootOf(tile.hashes, 0, TILE_WIDTH);
}

/** The hashes of a tile as an array. */
export function splitHashes(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, index) =>
    hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}
