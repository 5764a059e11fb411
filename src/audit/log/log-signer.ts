import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { Checkpoint } from '../merkle/checkpoint.js';
import { prunedText } from '../merkle/pruned-note.js';
import type { NoteVerifier } from '../merkle/signed-note.js';
import { type SubjectExtent, subjectText } from '../merkle/subject-note.js';
import { noteVerifier, signCheckpoint, signNote } from '../merkle/signing.js';

/** Signs the statements of the log, under its name. */
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

  /** Signs the extent of a subject's entries in the tree of a checkpoint. */
  signSubject(extent: SubjectExtent, checkpoint: Checkpoint): string {
    return this.#sign(subjectText(extent, checkpoint));
  }

  /** Signs the entries that retention has removed from the front of the tree of a checkpoint. */
  signPruned(size: number, root: Buffer, checkpoint: Checkpoint): string {
    return this.#sign(prunedText(size, root, checkpoint));
  }

  #sign(text: string): string {
    const { origin, signingKey } = this.config.audit;
    return signNote(text, origin, signingKey);
  }
}
