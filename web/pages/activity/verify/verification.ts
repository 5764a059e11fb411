import { consistency, fetchExport, logKey } from '../../../api/log.js';
import { Store } from '../../../parts/store.js';
import type { Older } from '../verifier/check-export.js';
import { Verifier } from '../verifier/verifier.js';
import { sizeIn } from './checkpoint-size.js';
import { keepCheckpoint, keptCheckpoint } from './kept-checkpoint.js';
import { isOutdated, type KeptCheckpoint, type Outcome, type Scope } from './outcome.js';

export type VerificationState =
  | { readonly step: 'fetching'; readonly bytes: number }
  | { readonly step: 'checking'; readonly entries: number; readonly bytes: number; readonly of: number }
  | { readonly step: 'cancelled' }
  | { readonly step: 'failed'; readonly error: unknown }
  | { readonly step: 'done'; readonly outcome: Outcome; readonly kept: boolean };

/** One check of the trail: the export is fetched, then checked in a worker. */
export class Verification {
  readonly state = new Store<VerificationState>({ step: 'fetching', bytes: 0 });
  readonly #end = new AbortController();
  #verifier: Verifier | null = null;

  constructor(private readonly scope: Scope) {}

  async run(): Promise<void> {
    try {
      const outcome = await this.#outcome();
      if (!this.#end.signal.aborted) this.#take(outcome);
    } catch (error) {
      if (!this.#end.signal.aborted) this.state.value = { step: 'failed', error };
    } finally {
      this.#verifier?.close();
    }
  }

  /** Has no effect on a check that is over. */
  cancel(): void {
    const { step } = this.state.value;
    if (step !== 'fetching' && step !== 'checking') return;
    this.#end.abort();
    this.#verifier?.close();
    this.state.value = { step: 'cancelled' };
  }

  /** Compares the next check with this one, whatever was kept before. */
  keep(): void {
    const now = this.state.value;
    if (now.step !== 'done' || now.outcome.report.checkpoint === null) return;
    const { key, report, at } = now.outcome;
    keepCheckpoint({ vkey: key.vkey, note: report.checkpoint!, at });
    this.state.value = { ...now, kept: true };
  }

  /** What is in doubt is not kept: the older checkpoint is the proof of it. */
  #take(outcome: Outcome): void {
    const { report, key, before } = outcome;
    this.state.value = { step: 'done', outcome, kept: false };
    const isSure = report.verdict === 'whole' && (report.older === 'none' || report.older === 'continued');
    if (isSure && !isOutdated(outcome) && (before === null || before.vkey === key.vkey)) this.keep();
  }

  async #outcome(): Promise<Outcome> {
    const { signal } = this.#end;
    const { subject, named } = this.scope;
    const before = keptCheckpoint();
    const key = await logKey(signal);
    const begun = performance.now();
    const exported = await fetchExport(named ? subject : null, signal, (bytes) => {
      this.state.value = { step: 'fetching', bytes };
    });
    const there = performance.now();
    const of = exported.size;
    this.state.value = { step: 'checking', entries: 0, bytes: 0, of };
    const verifier = (this.#verifier = new Verifier());
    const older = before === null ? null : await this.#older(before, exported, verifier);
    const task = { exported, vkey: key.vkey, subject, older };
    const report = await verifier.ask('export', task, (progress) => {
      this.state.value = { step: 'checking', ...progress, of };
    });
    return {
      report,
      scope: this.scope,
      key,
      before,
      bytes: of,
      at: new Date().toISOString(),
      fetched: there - begun,
      checked: performance.now() - there,
    };
  }

  /** The older checkpoint, with the proof that the export continues it where there is something to prove. */
  async #older({ vkey, note }: KeptCheckpoint, exported: Blob, verifier: Verifier): Promise<Older> {
    const from = sizeIn(note);
    const to = sizeIn((await verifier.ask('checkpoint', exported)) ?? '');
    const hasProof = from !== null && to !== null && from < to;
    return { vkey, note, proof: hasProof ? await consistency(from, to, this.#end.signal) : [] };
  }
}
