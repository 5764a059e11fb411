import { Injectable } from '@nestjs/common';
import { generateAuthenticationOptions, generateRegistrationOptions } from '@simplewebauthn/server';
import { bytesOf } from './base64url.js';
import { ALGORITHMS } from './ceremonies.js';
import { CHALLENGE_MS } from './passkey-challenges.js';
import type { CreationOptions, RequestOptions } from './passkey-options.response.js';
import type { Passkey } from './passkey.entity.js';
import { Passkeys } from './passkeys.js';
import { RelyingParty } from './relying-party.js';
import { userHandle } from './user-handle.js';

/** Whom a new passkey is for, as their authenticator shows it. */
export interface PasskeyOwner {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
}

/** What browsers need to make or use a passkey. The user is always verified: by a finger, a face or a PIN. */
@Injectable()
export class PasskeyOptions {
  constructor(
    private readonly party: RelyingParty,
    private readonly passkeys: Passkeys,
  ) {}

  /** False when passkeys do not work here. */
  get available(): boolean {
    return this.party.available;
  }

  /** For a new passkey, which is found without an e-mail later. @throws `passkeys_unavailable`. */
  async forEnrolment(owner: PasskeyOwner, challenge: string): Promise<CreationOptions> {
    const { id } = this.party.require();
    return generateRegistrationOptions({
      rpID: id,
      rpName: id,
      userID: userHandle(owner.id),
      userName: owner.email,
      userDisplayName: owner.name ?? owner.email,
      challenge: bytesOf(challenge),
      timeout: CHALLENGE_MS,
      attestationType: 'none',
      excludeCredentials: (await this.passkeys.list(owner.id)).map(descriptorOf),
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
  }

  /** For whoever has a passkey of this service. @throws `passkeys_unavailable`. */
  forAnybody(challenge: string): Promise<RequestOptions> {
    return this.#forUse(challenge);
  }

  /** For the passkeys of one user. Null when there is none. @throws `passkeys_unavailable`. */
  async forUser(userId: string, challenge: string): Promise<RequestOptions | null> {
    this.party.require();
    const passkeys = await this.passkeys.list(userId);
    return passkeys.length === 0 ? null : this.#forUse(challenge, passkeys.map(descriptorOf));
  }

  async #forUse(challenge: string, allowCredentials?: Descriptor[]): Promise<RequestOptions> {
    return generateAuthenticationOptions({
      rpID: this.party.require().id,
      challenge: bytesOf(challenge),
      timeout: CHALLENGE_MS,
      userVerification: 'required',
      allowCredentials,
    });
  }
}

type Descriptor = NonNullable<
  Parameters<typeof generateAuthenticationOptions>[0]['allowCredentials']
>[number];

function descriptorOf({ credentialId, transports }: Passkey): Descriptor {
  return { id: credentialId, transports };
}
