import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, LessThan, Repository } from 'typeorm';
import { errors } from '../../../common/refusals/errors.js';
import { isUniqueViolation } from '../../../database/driver-errors.js';
import { Passkey } from './passkey.entity.js';

/** A passkey that was shown, with what its authenticator said of itself. */
export interface ShownPasskey {
  readonly passkey: Passkey;
  readonly counter: number;
  readonly backedUp: boolean;
}

/** The stored passkeys. */
@Injectable()
export class Passkeys {
  constructor(@InjectRepository(Passkey) private readonly passkeys: Repository<Passkey>) {}

  /** Those of a user, oldest first. */
  list(userId: string): Promise<Passkey[]> {
    return this.passkeys.find({ where: { userId }, order: { factorId: 'ASC' } });
  }

  /** The passkey with this id of the authenticator, whoever has it. */
  findByCredential(credentialId: string): Promise<Passkey | null> {
    return this.passkeys.findOneBy({ credentialId });
  }

  /** Adds what belongs to a factor that is there already. @throws `passkey_taken` when anybody has this passkey. */
  async add(tx: EntityManager, passkey: Passkey): Promise<void> {
    try {
      await tx.insert(Passkey, passkey);
    } catch (error) {
      if (isUniqueViolation(error)) throw errors.passkeyTaken();
      throw error;
    }
  }

  /** Keeps what the authenticator said. @returns false when the passkey was removed, or has counted further meanwhile. */
  async use(tx: EntityManager, { passkey, counter, backedUp }: ShownPasskey): Promise<boolean> {
    const before = counter === 0 ? 0 : LessThan(counter);
    const { affected } = await tx.update(
      Passkey,
      { factorId: passkey.factorId, counter: before },
      { counter, backedUp },
    );
    return affected === 1;
  }
}

/**
 * True when an authenticator that counts has not counted on: then there may be a copy of it (WebAuthn, section 6.1.1).
 */
export function isBehind({ passkey, counter }: ShownPasskey): boolean {
  return (counter > 0 || passkey.counter > 0) && counter <= passkey.counter;
}
