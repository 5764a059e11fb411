import { Inject, Injectable, Logger } from '@nestjs/common';
import { base64 } from '../../database/column-transformers.js';
import { MasterKeys } from '../../encryption/master-keys.js';
import { AUDIT_PRIVATE } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import { Unsealable } from '../../encryption/unsealable.js';
import type { AuditPrivate } from './audit-private.entity.js';

/** Personal values with their salt, and the columns beside them. In an encrypted installation they are stored sealed. */
@Injectable()
export class PrivateRows {
  readonly #logger = new Logger(PrivateRows.name);
  readonly #sealed: SealedRows | null;

  constructor(@Inject(MasterKeys) keys: MasterKeys | null) {
    this.#sealed = SealedRows.of(AUDIT_PRIVATE, keys);
  }

  /** As it is stored. */
  seal(row: AuditPrivate): AuditPrivate {
    return this.#sealed === null ? row : ofColumns(row, this.#sealed.seal(columnsOf(row)));
  }

  /** @throws {Unsealable} when it was changed, or is that of another entry. */
  open(stored: AuditPrivate): AuditPrivate {
    return this.#sealed === null ? stored : ofColumns(stored, this.#sealed.open(columnsOf(stored)));
  }

  /** What the trail shows: a note stands for values that cannot be opened, and the operator is told. */
  shown(stored: AuditPrivate): AuditPrivate {
    try {
      return this.open(stored);
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      this.#logger.error(
        { err: error, seq: stored.seq },
        'personal values cannot be opened; run audit:check',
      );
      const note = { unreadable_bytes: Buffer.byteLength(stored.values) };
      return { ...stored, ip: null, values: JSON.stringify(note) };
    }
  }
}

interface Columns {
  readonly [name: string]: string | number | null;
  readonly seq: number;
  readonly ip: string | null;
  readonly salt: string;
  readonly private_values: string;
}

function columnsOf({ seq, ip, salt, values }: AuditPrivate): Columns {
  return { seq, ip, salt: base64.to(salt) as string, private_values: values };
}

function ofColumns({ seq, occurredAt }: AuditPrivate, columns: Columns): AuditPrivate {
  const { ip, salt, private_values: values } = columns;
  return { seq, occurredAt, ip, salt: base64.from(salt) as Buffer, values };
}
