import { Inject, Injectable } from '@nestjs/common';
import { MasterKeys } from '../encryption/master-keys.js';
import { MAILS } from '../encryption/sealed-places.js';
import { SealedRows } from '../encryption/sealed-rows.js';
import type { Facts } from './letters/letter.js';
import type { Mail } from './mail.entity.js';

/** Where a mail goes, and what its letter tells. */
export interface MailContent {
  /** Null when the mail is never sent. */
  readonly recipient: string | null;
  readonly facts: Facts;
}

/** The contents of waiting mails as they are stored: sealed in an encrypted installation. */
@Injectable()
export class MailContents {
  readonly #sealed: SealedRows | null;

  constructor(@Inject(MasterKeys) keys: MasterKeys | null) {
    this.#sealed = SealedRows.of(MAILS, keys);
  }

  /** The columns of the mail `id`. */
  seal(id: string, { recipient, facts }: MailContent): Pick<Mail, 'id' | 'recipient' | 'facts'> {
    const plain = { id, recipient, facts: JSON.stringify(facts) };
    return this.#sealed === null ? plain : this.#sealed.seal(plain);
  }

  /** @throws {Unsealable} when the row was changed, or is that of another mail. */
  open({ id, recipient, facts }: Mail): MailContent {
    const stored = { id, recipient, facts };
    const plain = this.#sealed === null ? stored : this.#sealed.open(stored);
    return { recipient: plain.recipient, facts: JSON.parse(plain.facts) as Facts };
  }
}
