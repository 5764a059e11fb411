import { countOf } from '../../../parts/size.js';
import type { ProofReport } from '../verifier/check-proof.js';
import { entriesIn } from './ranges.js';

/** The proof in words, from the entry to the root: what the picture shows, for who does not see it, with the hashes. */
export function ProofSteps({ report }: { readonly report: ProofReport }) {
  const { seq, size, leaf, steps, root, fault } = report;
  return (
    <ol class="proof-steps small">
      <li>
        Entry {seq} has the hash: <Hash of={leaf} />
      </li>
      {steps.map(({ side, sibling, hash, node, result }) => (
        <li key={`${node.begin}-${node.end}`}>
          <p>
            On its {side}, the hash of {entriesIn(sibling)}: <Hash of={hash} />
          </p>
          <p class="quiet">
            Together, {entriesIn(node)}: <Hash of={result} />
          </p>
        </li>
      ))}
      {root !== null && (
        <li>
          {fault === null ? 'That is the root' : 'The root'} which the log has signed for{' '}
          {countOf(size, 'entry', 'entries')}: <Hash of={root} />
        </li>
      )}
    </ol>
  );
}

/** A few characters tell hashes apart. All of them stand in its title. */
function Hash({ of }: { readonly of: string }) {
  return (
    <code class="hash" title={of}>
      {of.slice(0, 8)}…
    </code>
  );
}
