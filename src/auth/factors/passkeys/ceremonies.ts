import { Injectable, Logger } from '@nestjs/common';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { decodeAttestationObject, isoCBOR } from '@simplewebauthn/server/helpers';
import { bytesOf } from './base64url.js';
import type { AssertionInput, AttestationInput } from './credential.input.js';
import type { Passkey } from './passkey.entity.js';
import type { ShownPasskey } from './passkeys.js';
import { type Party, RelyingParty } from './relying-party.js';

/** The algorithms of passkeys, the preferred one first (COSE): EdDSA, ES256, RS256. */
export const ALGORITHMS = [-8, -7, -257] as const;

/** Characters of a public key that is accepted. One of RSA with 4096 bits has about 720. */
const MAX_KEY = 2000;

/** What an authenticator says of a passkey that it has made. */
export type MadePasskey = Omit<Passkey, 'factorId' | 'userId'>;

/** Verifies what authenticators have signed (WebAuthn, sections 7.1 and 7.2). Knows no user and writes nothing. */
@Injectable()
export class Ceremonies {
  readonly #logger = new Logger(Ceremonies.name);

  constructor(private readonly party: RelyingParty) {}

  /**
   * Verifies a new passkey. Null when the answer is not one to `challenge`, of this service, by a verified user.
   * @throws `passkeys_unavailable`.
   */
  async verifyAttestation(challenge: string, credential: AttestationInput): Promise<MadePasskey | null> {
    const party = this.party.require();
    return this.#judge(() => attested(party, challenge, credential));
  }

  /**
   * Verifies the use of a passkey. Null when the answer is not one to `challenge`, of this service, by a verified user
   * with this passkey. The counter is for the caller to judge.
   * @throws `passkeys_unavailable`.
   */
  async verifyAssertion(
    passkey: Passkey,
    challenge: string,
    credential: AssertionInput,
  ): Promise<ShownPasskey | null> {
    const party = this.party.require();
    return this.#judge(() => asserted(party, passkey, challenge, credential));
  }

  /** The library throws for whatever does not fit, broken encodings included: the input is wrong then. */
  async #judge<T>(verify: () => Promise<T | null>): Promise<T | null> {
    try {
      return await verify();
    } catch (error) {
      // Mostly another origin than that of PUBLIC_URL, which an operator may look for.
      this.#logger.debug({ err: error as Error }, 'a passkey was not accepted');
      return null;
    }
  }
}

async function attested(
  { id, origin }: Party,
  challenge: string,
  { id: credentialId, rawId, type, response }: AttestationInput,
): Promise<MadePasskey | null> {
  const { clientDataJSON, attestationObject, transports = [] } = response;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: {
      id: credentialId,
      rawId,
      type,
      response: { clientDataJSON, attestationObject: withoutStatement(attestationObject) },
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    supportedAlgorithmIDs: [...ALGORITHMS],
  });
  if (!verified) return null;
  const { credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
  const publicKey = Buffer.from(credential.publicKey).toString('base64url');
  if (credential.id !== credentialId || publicKey.length > MAX_KEY) return null;
  return {
    credentialId,
    publicKey,
    counter: credential.counter,
    transports,
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
  };
}

/**
 * The same object without what the maker of the authenticator states. The options ask for no statement, and what a
 * browser sends in spite of it is not judged: that would read certificates of strangers, and ask the servers they name.
 */
function withoutStatement(attestationObject: string): string {
  const authData = decodeAttestationObject(bytesOf(attestationObject)).get('authData');
  const bare = new Map<string, string | Uint8Array | Map<string, never>>([
    ['fmt', 'none'],
    ['attStmt', new Map<string, never>()],
    ['authData', authData],
  ]);
  return Buffer.from(isoCBOR.encode(bare)).toString('base64url');
}

async function asserted(
  { id, origin }: Party,
  passkey: Passkey,
  challenge: string,
  { id: credentialId, rawId, type, response }: AssertionInput,
): Promise<ShownPasskey | null> {
  const { clientDataJSON, authenticatorData, signature } = response;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: {
      id: credentialId,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: id,
    requireUserVerification: true,
    // 0: the library would judge the counter before the signature, and anybody could make it look like a copy.
    credential: { id: passkey.credentialId, publicKey: bytesOf(passkey.publicKey), counter: 0 },
  });
  const { newCounter: counter, credentialDeviceType, credentialBackedUp: backedUp } = authenticationInfo;
  // It never changes for one passkey (WebAuthn, section 6.1.3).
  const sameKind = (credentialDeviceType === 'multiDevice') === passkey.backupEligible;
  return verified && sameKind ? { passkey, counter, backedUp } : null;
}
