import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Counter, Registry } from 'prom-client';
import { Repository } from 'typeorm';
import { AppConfig, type CosignerConfig } from '../../config/app-config.js';
import { AuditTile } from '../log/audit-tile.entity.js';
import { TreeReader } from '../log/tree-reader.js';
import type { SignedCheckpoint } from '../merkle/checkpoint.js';
import { findCosignature } from '../merkle/cosignature.js';
import { splitNote } from '../merkle/signed-note.js';
import { consistencySubtrees } from '../merkle/tree-geometry.js';
import { Witness } from '../witness/witness.js';
import { CosignatureStore } from './cosignature-store.js';
import { Cosignatures } from './cosignatures.js';
import { offer, type OfferAnswer, OfferRefused } from './offer.js';

const EVERY_MS = 1000;

/** An answer that has no valid cosignature, although the witness says that it has cosigned. */
class WronglySigned extends Error {
  constructor() {
    super('the answer has no valid cosignature with the key of this witness');
    this.name = 'WronglySigned';
  }
}

/** The witness has seen more entries than are published here. Then this log has lost them, or the witness is wrong. */
class WitnessAhead extends Error {
  constructor(seen: number, published: number) {
    super(`the witness has seen ${seen} entries, and ${published} are published here`);
    this.name = 'WitnessAhead';
  }
}

/**
 * Offers the newest published checkpoint to each outside witness, at most once a minute over all instances, and
 * keeps the cosignatures. Nothing waits for it: a witness that cannot be reached is tried again a minute later.
 */
@Injectable()
export class CosignatureCollector implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(CosignatureCollector.name);
  readonly #cosigners: readonly CosignerConfig[];
  readonly #offers: Counter<'witness' | 'outcome'>;
  readonly #running = new Map<string, Promise<void>>();
  /** What was last reported of each witness, so that a fault is logged once. */
  readonly #faults = new Map<string, string>();
  readonly #stop = new AbortController();
  #interval: NodeJS.Timeout | undefined;

  constructor(
    config: AppConfig,
    private readonly witness: Witness,
    private readonly cosignatures: Cosignatures,
    private readonly store: CosignatureStore,
    @InjectRepository(AuditTile) private readonly tiles: Repository<AuditTile>,
    registry: Registry,
  ) {
    this.#cosigners = config.audit.cosigners;
    this.#offers = new Counter({
      name: 'audit_cosignature_offers_total',
      help: 'Checkpoints that this process has offered to outside witnesses: cosigned, refused, wrong or unreachable.',
      labelNames: ['witness', 'outcome'],
      registers: [registry],
    });
  }

  onApplicationBootstrap(): void {
    if (this.#cosigners.length > 0) this.#interval = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.#interval);
    this.#stop.abort();
    await Promise.all(this.#running.values());
  }

  /** Offers the newest published checkpoint to every witness that is due. Failures are logged. */
  async run(): Promise<void> {
    try {
      const rows = await this.cosignatures.refresh();
      const { published } = this.witness;
      for (const cosigner of this.#cosigners) {
        const { vkey } = cosigner.verifier;
        const row = rows.get(vkey);
        const isNew = published !== null && published.size > this.cosignatures.sizeOf(vkey);
        if (!isNew || this.#running.has(vkey) || !this.store.isDue(row, Date.now())) continue;
        const running = this.#offer(cosigner, published, row?.knownSize ?? 0);
        this.#running.set(
          vkey,
          running.finally(() => this.#running.delete(vkey)),
        );
      }
      await Promise.all(this.#running.values());
    } catch (error) {
      this.#logger.warn({ err: error as Error }, 'the cosignatures could not be read; trying again');
    }
  }

  async #offer(cosigner: CosignerConfig, checkpoint: SignedCheckpoint, known: number): Promise<void> {
    const { vkey, name } = cosigner.verifier;
    try {
      if (!(await this.store.takeTurn(vkey, Date.now()))) return;
      await this.#collect(cosigner, checkpoint, known);
      await this.cosignatures.refresh();
      this.#offers.inc({ witness: name, outcome: 'cosigned' });
      if (this.#faults.delete(vkey)) this.#logger.log({ witness: name }, 'the witness cosigns again');
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      this.#report(cosigner, error as Error);
    }
  }

  /** @throws OfferRefused, WronglySigned, WitnessAhead, and what is thrown when the witness cannot be reached. */
  async #collect(cosigner: CosignerConfig, checkpoint: SignedCheckpoint, known: number): Promise<void> {
    const { vkey } = cosigner.verifier;
    // From 0, the witness names the size that it has seen. One wrong answer must not end the offers for good.
    let answer = await this.#ask(cosigner, checkpoint, known > checkpoint.size ? 0 : known);
    if (answer.kind === 'size') {
      await this.store.keep(vkey, { knownSize: answer.size });
      if (answer.size > checkpoint.size) throw new WitnessAhead(answer.size, checkpoint.size);
      answer = await this.#ask(cosigner, checkpoint, answer.size);
      if (answer.kind === 'size') throw new OfferRefused(409);
    }
    const { text } = splitNote(checkpoint.note)!;
    const cosignature = findCosignature(text, answer.lines, cosigner.verifier);
    if (cosignature === null) throw new WronglySigned();
    const { note, size } = checkpoint;
    await this.store.keep(vkey, { knownSize: size, note, line: cosignature.line });
  }

  async #ask({ url }: CosignerConfig, { note, size }: SignedCheckpoint, old: number): Promise<OfferAnswer> {
    const proof = await this.witness.guard(() => this.#proof(old, size));
    return offer(url, { old, proof, note }, this.#stop.signal);
  }

  #proof(old: number, size: number): Promise<Buffer[]> {
    if (old === 0) return Promise.resolve([]);
    return new TreeReader(this.tiles.manager).hashes(consistencySubtrees(old, size));
  }

  #report({ verifier: { vkey, name } }: CosignerConfig, error: Error): void {
    this.#offers.inc({ witness: name, outcome: outcomeOf(error) });
    if (this.#faults.get(vkey) === error.message) return;
    this.#faults.set(vkey, error.message);
    this.#logger.error({ err: error, witness: name }, 'a witness has not cosigned; trying again in a minute');
  }
}

function outcomeOf(error: Error): string {
  if (error instanceof OfferRefused || error instanceof WitnessAhead) return 'refused';
  return error instanceof WronglySigned ? 'wrong' : 'unreachable';
}
