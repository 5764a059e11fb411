import { isIPv6 } from 'node:net';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type FindOperator, In, Like, Or } from 'typeorm';
import { MasterKeys } from '../../encryption/master-keys.js';
import { SESSIONS } from '../../encryption/sealed-places.js';
import { SealedRows } from '../../encryption/sealed-rows.js';
import { storedForms } from '../../encryption/stored-forms.js';
import { Unsealable } from '../../encryption/unsealable.js';
import type { Session } from './session.entity.js';

/** The columns that tell where a user has signed in from. */
type Origin = Pick<Session, 'id' | 'ip' | 'userAgent' | 'personal'>;

/** Address and user agent of sessions as they are stored: sealed in an encrypted installation. */
@Injectable()
export class SessionRows {
  readonly #logger = new Logger(SessionRows.name);
  readonly #sealed: SealedRows | null;

  constructor(@Inject(MasterKeys) private readonly keys: MasterKeys | null) {
    this.#sealed = SealedRows.of(SESSIONS, keys);
  }

  /** As it is stored. */
  seal<S extends Origin>(session: S): S {
    return this.#sealed === null
      ? session
      : { ...session, ...ofColumns(this.#sealed.seal(columnsOf(session))) };
  }

  /**
   * In plain. Of a row that was changed, or that is of another session, address and user agent are null, and the operator is told:
   * its user can still sign in and end it.
   */
  open<S extends Origin>(stored: S): S {
    if (this.#sealed === null) return stored;
    try {
      return { ...stored, ...ofColumns(this.#sealed.open(columnsOf(stored))) };
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      this.#logger.error({ err: error }, 'where a session was opened from cannot be read');
      return { ...stored, ip: null, userAgent: null, personal: null };
    }
  }

  /** Selects the sessions that were opened from an address. */
  from(ip: string): FindOperator<string> {
    return In(storedForms(ip, this.keys)) as FindOperator<string>;
  }

  /** Selects, of an IPv4 address, its sessions, and otherwise all that may have an IPv6 address: the caller compares their networks. */
  near(ip: string): FindOperator<string> {
    if (!isIPv6(ip)) return this.from(ip);
    return this.keys === null ? Like('%:%') : Or(Like('%:%'), Like('h1.%'));
  }
}

function columnsOf({ id, ip, userAgent, personal }: Origin) {
  return { id, ip, user_agent: userAgent, personal };
}

function ofColumns({ ip, user_agent: userAgent, personal }: ReturnType<typeof columnsOf>) {
  return { ip, userAgent, personal };
}
