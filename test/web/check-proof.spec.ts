import { describe, expect, it } from '@jest/globals';
import { inclusionSubtrees } from '../../src/audit/merkle/tree-geometry.js';
import type { Entry, InclusionProof } from '../../web/api/types.js';
import { checkProof } from '../../web/pages/activity/verifier/check-proof.js';
import { SmallLog } from '../support/small-log.js';

const log = new SmallLog().add(null, ...Array.from({ length: 12 }, () => 'alice'));
const { vkey } = log.verifier;
const base64 = ({ begin, end }: { begin: number; end: number }) => log.root(begin, end).toString('base64');

/** The entry as the API tells it, with its personal values. */
function shownIn(small: SmallLog, seq: number): Entry {
  const { entry, personal } = small.entries[seq]!;
  const {
    subject,
    occurred_at: timestamp,
    resource: place,
    ...logged
  } = JSON.parse(entry) as Record<string, never> & {
    resource: string | null;
  };
  const [type = null, resource = null] = place?.split(':') ?? [];
  const { ip = null, user_agent = null, ...names } = (personal?.values ?? {}) as Record<string, never>;
  const metadata = { ...(logged['metadata'] as unknown as object), ...(names as object) };
  return {
    ...logged,
    user_id: subject,
    timestamp,
    resource,
    resource_type: type,
    ip,
    user_agent,
    metadata,
  } as unknown as Entry;
}

function proofOf(seq: number): InclusionProof {
  return {
    seq,
    entry: log.entries[seq]!.entry,
    tree_size: 13,
    hashes: inclusionSubtrees(seq, 13).map(base64),
    checkpoint: log.checkpoint(),
  };
}

describe('the proof of an entry in the browser', () => {
  it('holds for every entry, and its steps lead to the signed root', () => {
    for (let seq = 0; seq < 13; seq++) {
      const { fault, steps, root, leaf } = checkProof({
        proof: proofOf(seq),
        shown: shownIn(log, seq),
        vkey,
      });
      expect([seq, fault]).toEqual([seq, null]);
      expect(leaf).toBe(base64({ begin: seq, end: seq + 1 }));
      expect(root).toBe(base64({ begin: 0, end: 13 }));
      expect(steps.at(-1)).toMatchObject({ node: { begin: 0, end: 13 }, result: root });
      for (const { side, sibling, hash, node, result } of steps) {
        expect([hash, result]).toEqual([base64(sibling), base64(node)]);
        expect(side === 'left' ? sibling.begin === node.begin : sibling.end === node.end).toBe(true);
      }
    }
    const alone = new SmallLog().add(null);
    const proof = { ...proofOf(0), tree_size: 1, hashes: [], checkpoint: alone.checkpoint() };
    expect(
      checkProof({
        proof: { ...proof, entry: alone.entries[0]!.entry },
        shown: shownIn(alone, 0),
        vkey: alone.verifier.vkey,
      }),
    ).toMatchObject({
      fault: null,
      steps: [],
    });
  });

  it.each<[string, (proof: InclusionProof) => InclusionProof]>([
    [
      'the hashes do not lead to the signed root',
      (proof) => ({ ...proof, hashes: proof.hashes.toReversed() }),
    ],
    ['the hashes do not lead to the signed root', (proof) => ({ ...proof, hashes: proof.hashes.slice(1) })],
    ['the hashes do not lead to the signed root', (proof) => ({ ...proof, hashes: ['none'] })],
    [
      'the hashes do not lead to the signed root',
      (proof) => ({ ...proof, entry: proof.entry.replace('"success"', '"denied"') }),
    ],
    ['the entry is malformed or of another place', (proof) => ({ ...proof, seq: 4 })],
    ['the entry is malformed or of another place', (proof) => ({ ...proof, entry: '{}' })],
    ['the proof is that of another entry', () => proofOf(6)],
    ['the checkpoint is that of another size', (proof) => ({ ...proof, tree_size: 12 })],
    [
      'the checkpoint is not signed with the key of the log',
      (proof) => ({ ...proof, checkpoint: proof.checkpoint.replace('13', '14') }),
    ],
    [
      'the checkpoint is not signed with the key of the log',
      (proof) => ({ ...proof, checkpoint: log.subjectNote('alice') }),
    ],
  ])('does not hold: %s', (fault, change) => {
    expect(checkProof({ proof: change(proofOf(5)), shown: shownIn(log, 5), vkey }).fault).toBe(fault);
  });

  it.each<[string, Partial<Entry>]>([
    ['action', { action: 'FILE_DELETE' }],
    ['outcome', { outcome: 'denied' }],
    ['time', { timestamp: '2020-01-01T00:00:00.000Z' }],
    ['actor', { actor: { id: 'mallory', type: 'user' } }],
    ['user', { user_id: 'bob' }],
    ['request', { request_id: 'another' }],
    ['resource', { resource_type: 'file', resource: 'another' }],
    ['place', { seq: 4 }],
  ])('does not hold for an entry that is shown with another %s', (what, part) => {
    const shown = { ...shownIn(log, 5), ...part };
    expect(checkProof({ proof: proofOf(5), shown, vkey }).fault).toBe(
      `the log has another ${what} than the one shown here`,
    );
  });

  it('does not hold for an entry that is shown with personal values, and has none in the log', () => {
    const shown = shownIn(log, 0);
    expect(shown.ip).toBeNull();
    const forged = { ...shown, ip: '203.0.113.66' };
    expect(checkProof({ proof: proofOf(0), shown: forged, vkey }).fault).toBe(
      'the log has another address than the one shown here',
    );
  });
});
