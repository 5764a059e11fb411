import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainEvents } from '../../../events/domain-events.js';
import type { Caller } from '../../../events/event-actor.js';
import { Ceremonies } from './ceremonies.js';
import type { AssertionInput } from './credential.input.js';
import { isBehind, Passkeys, type ShownPasskey } from './passkeys.js';
import { isHandleOf } from './user-handle.js';

/** The use of a passkey, with the challenge that it answers. */
export interface PasskeyAnswer {
  readonly challenge: string;
  readonly credential: AssertionInput;
}

/** Checks the passkeys that users show. */
@Injectable()
export class PasskeyCheck {
  constructor(
    private readonly passkeys: Passkeys,
    private readonly ceremonies: Ceremonies,
    private readonly events: DomainEvents,
  ) {}

  /** The user whom an answer names, if the passkey is theirs. Null when it is nobody's. Verifies nothing. */
  async ownerOf({ id, response }: AssertionInput): Promise<string | null> {
    const passkey = await this.passkeys.findByCredential(id);
    // Who signs in without an e-mail is known by the handle (WebAuthn, section 7.2, step 6).
    const named = passkey !== null && isHandleOf(passkey.userId, response.userHandle ?? '');
    return named ? passkey.userId : null;
  }

  /**
   * Verifies what an authenticator has signed. Null when it is not a passkey of this user, or does not fit.
   * @throws `passkeys_unavailable`.
   */
  async verify(userId: string, { challenge, credential }: PasskeyAnswer): Promise<ShownPasskey | null> {
    const passkey = await this.passkeys.findByCredential(credential.id);
    if (passkey?.userId !== userId) return null;
    const handle = credential.response.userHandle ?? null;
    if (handle !== null && !isHandleOf(userId, handle)) return null;
    return this.ceremonies.verifyAssertion(passkey, challenge, credential);
  }

  /** Keeps that a passkey was used. @returns false when its authenticator has not counted on, or it was removed. */
  use(tx: EntityManager, shown: ShownPasskey): Promise<boolean> {
    return this.passkeys.use(tx, shown);
  }

  /** Records that there may be a copy of an authenticator, if it is one that counts and has not counted on. */
  async suspect(tx: EntityManager, by: Caller, shown: ShownPasskey): Promise<void> {
    const { userId, factorId } = shown.passkey;
    if (isBehind(shown))
      await this.events.publishIn(tx, { type: 'factor.copy_suspected', actor: by, userId, factorId });
  }
}
