import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { errors } from '../../../common/refusals/errors.js';
import { Ceremonies, type MadePasskey } from './ceremonies.js';
import type { AttestationInput } from './credential.input.js';
import { type OpenChallenge, PasskeyChallenges } from './passkey-challenges.js';
import type { CreationOptionsResponse } from './passkey-options.response.js';
import { PasskeyOptions, type PasskeyOwner } from './passkey-options.js';
import { Passkeys } from './passkeys.js';

/** A new passkey that was verified, and the challenge that it answers. */
export interface NewPasskey {
  readonly made: MadePasskey;
  readonly challenge: OpenChallenge;
}

/** The making of passkeys: each in one session, from its options to its row. */
@Injectable()
export class PasskeyRegistration {
  constructor(
    private readonly challenges: PasskeyChallenges,
    private readonly options: PasskeyOptions,
    private readonly ceremonies: Ceremonies,
    private readonly passkeys: Passkeys,
  ) {}

  /** What the browser needs to make a passkey. @throws `passkeys_unavailable`. */
  async begin(owner: PasskeyOwner, sessionId: string): Promise<CreationOptionsResponse> {
    const challenge = this.challenges.issue({ purpose: 'enrolment', sessionId });
    return { challenge, options: await this.options.forEnrolment(owner, challenge) };
  }

  /** @throws `passkeys_unavailable`, `invalid_challenge`, `invalid_passkey`. */
  async verify(sessionId: string, challenge: string, credential: AttestationInput): Promise<NewPasskey> {
    const open = this.challenges.require(challenge, { purpose: 'enrolment', sessionId });
    const made = await this.ceremonies.verifyAttestation(challenge, credential);
    if (made === null) throw errors.invalidPasskey();
    return { made, challenge: open };
  }

  /**
   * Stores a passkey that was verified, for a factor that is there already, and uses its challenge up.
   * @throws `invalid_challenge`, `passkey_taken`.
   */
  async add(
    tx: EntityManager,
    { id, userId }: { readonly id: string; readonly userId: string },
    { made, challenge }: NewPasskey,
  ): Promise<void> {
    await this.challenges.use(tx, challenge);
    await this.passkeys.add(tx, { ...made, factorId: id, userId });
  }
}
