import type { KeyObject } from 'node:crypto';
import { type AddCheckpoint, readAddCheckpoint } from '../merkle/add-checkpoint.js';
import { type Checkpoint, openForeignCheckpoint, readForeignCheckpoint } from '../merkle/checkpoint.js';
import { isConsistent } from '../merkle/proofs.js';
import { type NoteVerifier, splitNote } from '../merkle/signed-note.js';
import type { CosignerState } from './cosigner-state.js';
import { cosign, cosignerVerifier } from '../merkle/signing.js';

/** The answer of a witness, as it is sent. */
export interface CosignerAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly type: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  readonly body: string;
}

/** Two checkpoints that a log has signed and that no log can have both had. */
export interface Fork {
  readonly origin: string;
  /** The checkpoint that the witness has cosigned. */
  readonly seen: string;
  readonly offered: string;
}

/**
 * A witness for logs of others (C2SP tlog-witness, tlog-cosignature): it cosigns a checkpoint only with the proof
 * that it continues the newest one that it has cosigned of this log.
 */
export class Cosigner {
  readonly verifier: NoteVerifier;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param logs the keys of the logs. A log's name is its origin. A log may have several keys.
   * @param onFork is called with every valid signature on a checkpoint that does not continue the newest one.
   */
  constructor(
    private readonly name: string,
    private readonly key: KeyObject,
    private readonly logs: readonly NoteVerifier[],
    private readonly state: CosignerState,
    private readonly onFork: (fork: Fork) => void,
  ) {
    this.verifier = cosignerVerifier(name, key);
  }

  /** Answers an `add-checkpoint` request. The checkpoint is on the disk before the answer. */
  add(body: string): Promise<CosignerAnswer> {
    // One after the other: the size is compared and replaced without another request in between.
    const answer = this.#last.then(() => this.#judge(body));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #judge(body: string): Promise<CosignerAnswer> {
    const request = readAddCheckpoint(body);
    const claimed = request === null ? null : readForeignCheckpoint(request.note);
    if (request === null || claimed === null) return refusal(400, 'the request is malformed');
    const keys = this.logs.filter(({ name }) => name === claimed.origin);
    if (keys.length === 0) return refusal(404, 'this witness does not know the log');
    if (!keys.some((verifier) => openForeignCheckpoint(request.note, verifier) !== null))
      return refusal(403, 'the checkpoint is not signed with a key of the log');
    if (request.old > claimed.size) return refusal(400, 'the old size is larger than the checkpoint');
    return this.#compare(request, claimed);
  }

  async #compare({ old, proof, note }: AddCheckpoint, checkpoint: Checkpoint): Promise<CosignerAnswer> {
    const { origin, size, root } = checkpoint;
    const seenNote = this.state.noteOf(origin);
    const seen = seenNote === null ? null : readForeignCheckpoint(seenNote);
    const seenSize = seen?.size ?? 0;
    if (old !== seenSize) return { status: 409, type: 'text/x.tlog.size', body: `${seenSize}\n` };
    if (seen !== null && size === old && !root.equals(seen.root)) {
      this.onFork({ origin, seen: seenNote!, offered: note });
      return refusal(409, 'another root of as many entries was cosigned');
    }
    if (!continues(seen, checkpoint, proof)) return refusal(422, 'the proof does not verify');
    if (seen === null || size > seenSize) await this.state.replace(origin, note);
    const { text } = splitNote(note)!;
    const line = cosign(text, this.name, this.key, Math.floor(Date.now() / 1000));
    return { status: 200, type: 'text/plain; charset=utf-8', body: line };
  }
}

function continues(seen: Checkpoint | null, { size, root }: Checkpoint, proof: readonly Buffer[]): boolean {
  if (seen === null || seen.size === 0) return proof.length === 0;
  return isConsistent(seen.size, size, seen.root, root, proof);
}

function refusal(status: 400 | 403 | 404 | 409 | 422, words: string): CosignerAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${words}\n` };
}
