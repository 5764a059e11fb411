import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { signCheckpoint, subjectOrigin } from '../merkle/checkpoint.js';
import { noteVerifier, type NoteVerifier } from '../merkle/signed-note.js';

/** Signs what the log commits to, under the log's name. */
@Injectable()
export class LogSigner {
  readonly verifier: NoteVerifier;

  constructor(private readonly config: AppConfig) {
    this.verifier = noteVerifier(config.audit.origin, config.audit.signingKey);
  }

  /** The signed checkpoint of a tree of `size` leaves. */
  sign(size: number, root: Buffer): string {
    const { origin, signingKey } = this.config.audit;
    return signCheckpoint({ origin, size, root }, origin, signingKey);
  }

  /** The signed count of a subject's entries, with the leaf hash of the newest. */
  signSubject(subject: string, entries: number, lastLeaf: Buffer): string {
    const { origin, signingKey } = this.config.audit;
    return signCheckpoint(
      { origin: subjectOrigin(origin, subject), size: entries, root: lastLeaf },
      origin,
      signingKey,
    );
  }
}
