import { openCheckpoint } from '../../../../src/audit/merkle/checkpoint.js';
import { leafHash, nodeHash } from '../../../../src/audit/merkle/hashing.js';
import { type Bytes, equal, toBase64 } from '../../../../src/audit/merkle/platform.js';
import { rootFromInclusion } from '../../../../src/audit/merkle/proofs.js';
import { parseVkey } from '../../../../src/audit/merkle/signed-note.js';
import { inclusionSubtrees, type Subtree } from '../../../../src/audit/merkle/tree-geometry.js';
import { readEntry } from '../../../../src/audit/verify/entry-chain.js';
import { decodeHash } from '../../../../src/audit/verify/export-line.js';
import type { Entry, InclusionProof } from '../../../api/types.js';
import { differenceOf } from './shown-entry.js';

export interface ProofTask {
  readonly proof: InclusionProof;
  /** The entry that it should be of, as the page shows it. */
  readonly shown: Entry;
  /** The key of the log. */
  readonly vkey: string;
}

/** One step from the entry towards the root: a hash of the proof joins the one below. Hashes are in base64. */
export interface ProofStep {
  /** Where the hash of the proof stands. */
  readonly side: 'left' | 'right';
  /** The entries under the hash of the proof. */
  readonly sibling: Subtree;
  readonly hash: string;
  /** The entries under both together, and their hash. */
  readonly node: Subtree;
  readonly result: string;
}

export interface ProofReport {
  /** Why the proof does not hold. Null when it does. */
  readonly fault: string | null;
  readonly seq: number;
  readonly size: number;
  readonly leaf: string;
  readonly steps: readonly ProofStep[];
  /** The signed root. Null when the checkpoint is not signed with the key of the log. */
  readonly root: string | null;
}

/** Checks a proof by its own means, and tells its steps. */
export function checkProof({ proof, shown, vkey }: ProofTask): ProofReport {
  const { seq, tree_size: size } = proof;
  const leaf = leafHash(proof.entry);
  const verifier = parseVkey(vkey);
  const opened = verifier === null ? null : openCheckpoint(proof.checkpoint, verifier);
  const checkpoint = opened?.origin === verifier?.name ? opened : null;
  const hashes = proof.hashes.map(decodeHash);
  const path = hashes.includes(null) ? null : (hashes as Bytes[]);
  const report = (fault: string | null): ProofReport => ({
    fault,
    seq,
    size,
    leaf: toBase64(leaf),
    steps: stepsOf(seq, size, leaf, path ?? []),
    root: checkpoint === null ? null : toBase64(checkpoint.root),
  });
  if (checkpoint === null) return report('the checkpoint is not signed with the key of the log');
  if (checkpoint.size !== size) return report('the checkpoint is that of another size');
  if (readEntry(proof.entry)?.seq !== seq) return report('the entry is malformed or of another place');
  const difference = differenceOf(shown, proof.entry);
  if (difference === 'id') return report('the proof is that of another entry');
  const root = path === null ? null : rootFromInclusion(leaf, seq, size, path);
  if (root === null || !equal(root, checkpoint.root))
    return report('the hashes do not lead to the signed root');
  if (difference !== null) return report(`the log has another ${difference} than the one shown here`);
  return report(null);
}

/** The steps, as far as there are hashes. */
function stepsOf(seq: number, size: number, leaf: Bytes, path: readonly Bytes[]): ProofStep[] {
  if (seq >= size) return [];
  let node: Subtree = { begin: seq, end: seq + 1 };
  let hash = leaf;
  return inclusionSubtrees(seq, size)
    .slice(0, path.length)
    .map((sibling, index) => {
      const other = path[index]!;
      const side = sibling.begin < node.begin ? 'left' : 'right';
      hash = side === 'left' ? nodeHash(other, hash) : nodeHash(hash, other);
      node = { begin: Math.min(sibling.begin, node.begin), end: Math.max(sibling.end, node.end) };
      return { side, sibling, hash: toBase64(other), node, result: toBase64(hash) };
    });
}
