import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { CompactRange } from './compact-range.js';
import { EMPTY_ROOT, joinSubtrees, leafHash, nodeHash } from './hashing.js';
import { isConsistent, rootFromInclusion } from './proofs.js';
import { openCheckpoint } from './checkpoint.js';
import { edgeTiles, nodeInTile, type Tile, TILE_WIDTH, TileEdge, tileOf } from './tiles.js';
import { consistencySubtrees, inclusionSubtrees, perfectNodes, type Subtree } from './tree-geometry.js';
import { noteVerifier, signCheckpoint } from './signing.js';

/** An independent implementation by other authors. */
const require = createRequire(import.meta.url);
const sigstore = {
  ...(require('../../../node_modules/@sigstore/verify/dist/tlog/merkle.js') as {
    verifyMerkleInclusion: (entry: object, checkpoint: object) => void;
  }),
  ...(require('../../../node_modules/@sigstore/verify/dist/tlog/checkpoint.js') as {
    verifyCheckpoint: (entry: object, logs: object[]) => { logSize: bigint; logHash: Buffer };
  }),
};

/** The leaves and roots of the reference implementation of RFC 6962. */
const VECTOR_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const VECTOR_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leaves = Array.from({ length: 70_000 }, (_, index) => leafHash(`entry ${index}`));

/** The root by the recursive definition. */
function recursiveRoot({ begin, end }: Subtree): Buffer {
  if (end - begin <= 1) return leaves[begin]!;
  let split = 1;
  while (split * 2 < end - begin) split *= 2;
  return nodeHash(recursiveRoot({ begin, end: begin + split }), recursiveRoot({ begin: begin + split, end }));
}

function rangeOf(size: number): CompactRange {
  const range = new CompactRange();
  for (const leaf of leaves.slice(0, size)) range.append(leaf);
  return range;
}

const roots = Array.from({ length: 513 }, (_, size) => rangeOf(size).root());

describe('tree hash', () => {
  it('gives the roots of RFC 6962’s reference implementation', () => {
    const range = new CompactRange();
    expect(range.root()).toEqual(EMPTY_ROOT);
    for (const [index, leaf] of VECTOR_LEAVES.entries()) {
      range.append(leafHash(leaf));
      expect(range.root().toString('hex')).toBe(VECTOR_ROOTS[index]);
    }
  });

  it('gives the reference inclusion and consistency proofs', () => {
    const hashes = VECTOR_LEAVES.map((leaf) => leafHash(leaf));
    const rootOf = ({ begin, end }: Subtree) => {
      const range = new CompactRange();
      for (const hash of hashes.slice(begin, end)) range.append(hash);
      return range.root().toString('hex');
    };
    expect(inclusionSubtrees(5, 8).map(rootOf)).toEqual([
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(consistencySubtrees(6, 8).map(rootOf)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('agrees with the recursive definition', () => {
    for (const size of [1, 2, 3, 255, 256, 257, 511, 512]) {
      expect(roots[size]).toEqual(recursiveRoot({ begin: 0, end: size }));
    }
  });

  it('refuses a compact range of the wrong length', () => {
    expect(() => new CompactRange(3, [leaves[0]!])).toThrow(RangeError);
  });
});

describe('proofs', () => {
  const store = tilesOf(512);

  it('prove every leaf of every tree up to 512, also with sigstore', () => {
    for (let size = 1; size <= 512; size++) {
      for (let index = 0; index < size; index++) {
        const path = inclusionSubtrees(index, size).map((subtree) => hashOf(store, subtree));
        const root = rootFromInclusion(leaves[index]!, index, size, path);
        if (root === null || !roots[size]!.equals(root)) throw new Error(`leaf ${index} of ${size}`);
        if (index % 7 === 0 || size < 40) {
          const inclusionProof = { logIndex: String(index), hashes: path };
          sigstore.verifyMerkleInclusion(
            { inclusionProof, canonicalizedBody: Buffer.from(`entry ${index}`) },
            { logSize: BigInt(size), logHash: roots[size] },
          );
        }
      }
    }
  });

  it('prove that every tree up to 256 is the beginning of every later one', () => {
    for (let to = 1; to <= 256; to++) {
      for (let from = 1; from <= to; from++) {
        const proof = consistencySubtrees(from, to).map((subtree) => hashOf(store, subtree));
        if (!isConsistent(from, to, roots[from]!, roots[to]!, proof)) throw new Error(`${from} to ${to}`);
      }
    }
  });

  it('fail when any part is changed', () => {
    for (const [index, size] of [
      [0, 1],
      [5, 13],
      [12, 13],
      [200, 300],
    ] as const) {
      const path = inclusionSubtrees(index, size).map((subtree) => hashOf(store, subtree));
      const root = (leaf: Buffer, at: number, of: number, by: Buffer[]) =>
        Buffer.from(rootFromInclusion(leaf, at, of, by) ?? []).toString('hex');
      const right = roots[size]!.toString('hex');
      expect(root(leaves[index]!, index, size, path)).toBe(right);
      expect(root(leaves[index + 1]!, index, size, path)).not.toBe(right);
      expect(root(leaves[index]!, index + 1, size, path)).not.toBe(right);
      expect(root(leaves[index]!, index, size, [...path, leaves[0]!])).not.toBe(right);
      for (let i = 0; i < path.length; i++) {
        expect(root(leaves[index]!, index, size, path.with(i, leaves[9]!))).not.toBe(right);
        expect(root(leaves[index]!, index, size, path.toSpliced(i, 1))).not.toBe(right);
      }
    }
    const proof = consistencySubtrees(100, 300).map((subtree) => hashOf(store, subtree));
    for (let i = 0; i < proof.length; i++) {
      expect(isConsistent(100, 300, roots[100]!, roots[300]!, proof.with(i, leaves[9]!))).toBe(false);
      expect(isConsistent(100, 300, roots[100]!, roots[300]!, proof.toSpliced(i, 1))).toBe(false);
    }
    expect(isConsistent(100, 300, roots[101]!, roots[300]!, proof)).toBe(false);
    expect(isConsistent(99, 300, roots[100]!, roots[300]!, proof)).toBe(false);
    expect(isConsistent(100, 300, roots[100]!, roots[301]!, proof)).toBe(false);
    expect(isConsistent(0, 300, roots[0]!, roots[300]!, [])).toBe(false);
    expect(isConsistent(4, 8, roots[4]!, roots[8]!, [])).toBe(false);
  });

  it('are refused outside the tree', () => {
    expect(() => inclusionSubtrees(3, 3)).toThrow(RangeError);
    expect(() => consistencySubtrees(0, 3)).toThrow(RangeError);
    expect(() => consistencySubtrees(4, 3)).toThrow(RangeError);
  });
});

describe('tiles', () => {
  it('store a tree of three levels, independent of how it grew', () => {
    const store = new Map<string, Tile>();
    let size = 0;
    for (const step of [1, 254, 1, 1, 255, 1024, 40_000, 24_000, 4000]) {
      const edge = new TileEdge(
        size,
        edgeTiles(size).map((key) => store.get(`${key.level}/${key.index}`)!),
      );
      for (const leaf of leaves.slice(size, size + step)) edge.append(leaf);
      for (const tile of edge.changed()) store.set(`${tile.level}/${tile.index}`, tile);
      size += step;
      expect(edge.size).toBe(size);
      const root = hashOf(store, { begin: 0, end: size });
      expect(edge.root()).toEqual(root);
      expect(rangeOf(size).root()).toEqual(root);
    }
    expect(size).toBeGreaterThan(TILE_WIDTH ** 2);
    const path = inclusionSubtrees(65_600, size).map((subtree) => hashOf(store, subtree));
    expect(rootFromInclusion(leaves[65_600]!, 65_600, size, path)).toEqual(
      hashOf(store, { begin: 0, end: size }),
    );
  });

  it('report a missing or short tile', () => {
    const tile = { level: 0, index: 0, hashes: Buffer.concat(leaves.slice(0, 3)) };
    expect(() => new TileEdge(3, [])).toThrow(RangeError);
    expect(() => new TileEdge(4, [tile])).toThrow(RangeError);
    expect(() => nodeInTile(tile, { level: 2, index: 0 })).toThrow(RangeError);
  });
});

describe('checkpoints', () => {
  it('are accepted by sigstore’s verifier', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const { keyId } = noteVerifier('log.example', privateKey);
    const envelope = signCheckpoint(
      { origin: 'log.example', size: 9, root: leaves[0]! },
      'log.example',
      privateKey,
    );
    const log = { logID: Buffer.from(keyId, 'hex'), baseURL: 'log.example', publicKey };
    const opened = sigstore.verifyCheckpoint({ inclusionProof: { checkpoint: { envelope } } }, [log]);
    expect([opened.logSize, opened.logHash]).toEqual([9n, leaves[0]]);
    expect(openCheckpoint(envelope, noteVerifier('log.example', publicKey))).toEqual({
      origin: 'log.example',
      size: 9,
      root: leaves[0],
    });
  });
});

function tilesOf(size: number): Map<string, Tile> {
  const edge = new TileEdge(0, []);
  for (const leaf of leaves.slice(0, size)) edge.append(leaf);
  return new Map(edge.changed().map((tile) => [`${tile.level}/${tile.index}`, tile]));
}

const known = new WeakMap<Map<string, Tile>, Map<string, Buffer>>();

/**
 * The hash of a subtree, computed from the tiles. It is cached, because the tests often request the same
 * hash.
 */
function hashOf(store: Map<string, Tile>, subtree: Subtree): Buffer {
  const remembered = known.get(store) ?? new Map<string, Buffer>();
  known.set(store, remembered);
  const key = `${subtree.begin}-${subtree.end}`;
  const hash = remembered.get(key) ?? computeHash(store, subtree);
  remembered.set(key, hash);
  return hash;
}

function computeHash(store: Map<string, Tile>, subtree: Subtree): Buffer {
  return joinSubtrees(
    perfectNodes(subtree).map((node) => {
      const { level, index } = tileOf(node);
      return nodeInTile(store.get(`${level}/${index}`)!, node);
    }),
  );
}
