import { useState } from 'preact/hooks';
import { inclusion, logKey } from '../../../api/log.js';
import type { Entry } from '../../../api/types.js';
import { FaultCard } from '../../../parts/fault-card.js';
import { Icon } from '../../../parts/icon.js';
import { useAnswer } from '../../../parts/use-answer.js';
import type { ProofReport } from '../verifier/check-proof.js';
import { Verifier } from '../verifier/verifier.js';
import { keptCheckpoint } from '../verify/kept-checkpoint.js';
import { ProofPicture } from './proof-picture.js';
import { ProofSteps } from './proof-steps.js';
import './proof.css';

const PATIENCE_MS = 1000;

/** The proof that an entry is in the log: checked here, drawn, and told step by step. */
export function ProofView({ entry }: { readonly entry: Entry }) {
  const { value, error, again } = useAnswer(() => prove(entry), [entry.id]);
  const [before] = useState(keptCheckpoint);
  if (error !== null) return <FaultCard error={error} retry={again} />;
  if (value === null)
    return (
      <div class="proof" aria-busy="true">
        <div class="proof-bone" aria-hidden="true">
          <span class="bone" />
        </div>
        <p class="quiet" role="status">
          Fetching the proof, and checking it here…
        </p>
      </div>
    );
  const { report, vkey } = value;
  return (
    <div class="proof">
      {report.fault === null ? (
        <p class="note">
          <Icon name="check" />
          <span>
            Entry {report.seq} is in the log, with what was done, when, by whom and to what. The hashes lead
            from it to the root that the log has signed; with another entry they would not. Address, device
            and names are bound to it by a digest: Verify compares them too.
          </span>
        </p>
      ) : (
        <p class="note wrong" role="alert">
          <Icon name="notice" />
          <span>
            The proof does not hold: {report.fault}. Try it again; if it stays so, tell whoever runs the
            service, and verify the whole trail.
          </span>
        </p>
      )}
      {before !== null && before.vkey !== '' && before.vkey !== vkey && (
        <p class="note warn">
          <Icon name="notice" />
          <span>
            The log is signed with another key than when you last verified it. Verify the trail to see more.
          </span>
        </p>
      )}
      <div class="proof-sides">
        <ProofPicture report={report} />
        <ProofSteps report={report} />
      </div>
    </div>
  );
}

interface Proved {
  readonly report: ProofReport;
  readonly vkey: string;
}

/** An entry gets into a checkpoint within a moment; until then the service has no proof. */
async function prove(entry: Entry): Promise<Proved> {
  const { vkey } = await logKey();
  const proof = (await inclusion(entry.id)) ?? (await later(() => inclusion(entry.id)));
  if (proof === undefined)
    throw new Error('The entry is not in a signed checkpoint yet. It will be within some seconds.');
  const verifier = new Verifier();
  try {
    return { report: await verifier.ask('proof', { proof, shown: entry, vkey }), vkey };
  } finally {
    verifier.close();
  }
}

function later<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, PATIENCE_MS)).then(work);
}
