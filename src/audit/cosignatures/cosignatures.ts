import { Injectable } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { AppConfig } from '../../config/app-config.js';
import { LogSigner } from '../log/log-signer.js';
import { openCheckpoint, type SignedCheckpoint } from '../merkle/checkpoint.js';
import { findCosignature } from '../merkle/cosignature.js';
import { type NoteVerifier, splitNote } from '../merkle/signed-note.js';
import type { AuditCosignature } from './audit-cosignature.entity.js';
import { CosignatureStore } from './cosignature-store.js';

/** A checkpoint with the line of one witness. */
interface Held {
  readonly checkpoint: SignedCheckpoint;
  readonly line: string;
  readonly seconds: number;
}

/** The newest cosignature of each witness, as this process has read them last. */
@Injectable()
export class Cosignatures {
  readonly #verifiers: readonly NoteVerifier[];
  #held: ReadonlyMap<string, Held> = new Map();

  constructor(
    config: AppConfig,
    private readonly store: CosignatureStore,
    private readonly signer: LogSigner,
    registry: Registry,
  ) {
    this.#verifiers = config.audit.cosigners.map(({ verifier }) => verifier);
    const age: Gauge<'witness'> = new Gauge({
      name: 'audit_cosignature_age_seconds',
      help: 'Age of the newest cosignature of each outside witness; +Inf before its first.',
      labelNames: ['witness'],
      registers: [registry],
      collect: () => {
        for (const { name, vkey } of this.#verifiers) age.set({ witness: name }, this.#ageOf(vkey));
      },
    });
  }

  /** Reads what any instance has got. @returns the rows of the witnesses, by vkey. */
  async refresh(): Promise<ReadonlyMap<string, AuditCosignature>> {
    const rows = new Map((await this.store.all()).map((row) => [row.witness, row]));
    const held = this.#verifiers.map((verifier) => [verifier.vkey, this.#open(verifier, rows)] as const);
    this.#held = new Map(held.flatMap(([vkey, each]) => (each === null ? [] : [[vkey, each]])));
    return rows;
  }

  /** The size of the newest checkpoint with a cosignature of this witness. 0 before the first. */
  sizeOf(vkey: string): number {
    return this.#held.get(vkey)?.checkpoint.size ?? 0;
  }

  /** The note of a checkpoint, with the cosignatures of this very checkpoint. */
  noteOf({ note }: SignedCheckpoint): string {
    const lines = [...this.#held.values()].filter((held) => held.checkpoint.note === note);
    return [note, ...lines.map(({ line }) => `${line}\n`)].join('');
  }

  /** The older checkpoints with cosignatures, newest first. Their notes have the cosignatures. */
  olderThan({ size }: SignedCheckpoint): SignedCheckpoint[] {
    const older = [...this.#held.values()].filter(({ checkpoint }) => checkpoint.size < size);
    const distinct = new Map(older.map(({ checkpoint }) => [checkpoint.note, checkpoint]));
    return [...distinct.values()]
      .sort((a, b) => b.size - a.size)
      .map((checkpoint) => ({ ...checkpoint, note: this.noteOf(checkpoint) }));
  }

  /** Null when the row has none, or one that is not valid: the log's key may have been replaced. */
  #open(verifier: NoteVerifier, rows: ReadonlyMap<string, AuditCosignature>): Held | null {
    const { note, line } = rows.get(verifier.vkey) ?? { note: null, line: null };
    const checkpoint = note === null ? null : openCheckpoint(note, this.signer.verifier);
    if (checkpoint === null || line === null) return null;
    const cosignature = findCosignature(splitNote(note!)!.text, [line], verifier);
    return cosignature === null ? null : { ...cosignature, checkpoint: { ...checkpoint, note: note! } };
  }

  #ageOf(vkey: string): number {
    const seconds = this.#held.get(vkey)?.seconds;
    return seconds === undefined ? Infinity : Math.max(0, Date.now() / 1000 - seconds);
  }
}
