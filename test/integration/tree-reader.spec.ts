import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { AuditTile } from '../../src/audit/log/audit-tile.entity.js';
import { TreeReader } from '../../src/audit/log/tree-reader.js';
import { leafHash } from '../../src/audit/merkle/hashing.js';
import { rootFromInclusion } from '../../src/audit/merkle/proofs.js';
import { TileEdge } from '../../src/audit/merkle/tiles.js';
import { inclusionSubtrees } from '../../src/audit/merkle/tree-geometry.js';
import { sqliteDriver } from '../../src/database/sqlite-driver.js';

/** More than a reader caches: it keeps a thousand tiles of 256 leaves each. */
const SIZE = 300_500;
/** In the middle of a tile, where retention may have cut the front of the log. */
const FRONT = 500;
const LEAVES = 1000;
const PROOFS = 500;
const STEP = 10;

const leafOf = (seq: number) => leafHash(`entry ${seq}`);

describe('TreeReader, in a tree larger than its cache', () => {
  let database: DataSource;
  let root: Buffer;
  beforeAll(async () => {
    database = new DataSource({
      type: 'better-sqlite3',
      driver: sqliteDriver(),
      database: ':memory:',
      entities: [AuditTile],
      synchronize: true,
    });
    await database.initialize();
    const edge = new TileEdge(0, []);
    for (let seq = 0; seq < SIZE; seq++) edge.append(leafOf(seq));
    root = edge.root();
    const tiles = edge.changed().map(({ level, index, hashes }) => ({ level, index, hashes }));
    await database.manager.save(AuditTile, tiles, { chunk: 100 });
  });
  afterAll(() => database.destroy());

  it('reads all its leaves', async () => {
    const reader = new TreeReader(database.manager);
    for (let first = FRONT; first < SIZE; first += LEAVES) {
      const seqs = Array.from({ length: LEAVES }, (_, index) => first + index);
      const leaves = await reader.hashes(seqs.map((seq) => ({ begin: seq, end: seq + 1 })));
      expect(seqs.filter((seq, index) => !leaves[index]!.equals(leafOf(seq)))).toEqual([]);
    }
  });

  it('reads the proofs of every tenth leaf', async () => {
    const reader = new TreeReader(database.manager);
    for (let first = FRONT; first < SIZE; first += STEP * PROOFS) {
      const seqs = Array.from({ length: PROOFS }, (_, index) => first + STEP * index);
      const paths = seqs.map((seq) => inclusionSubtrees(seq, SIZE));
      const hashes = await reader.hashes(paths.flat());
      const proofs = paths.map((path) => hashes.splice(0, path.length));
      const roots = seqs.map((seq, index) => rootFromInclusion(leafOf(seq), seq, SIZE, proofs[index]!));
      expect(roots.filter((found) => found === null || !root.equals(found))).toEqual([]);
    }
  });
});
