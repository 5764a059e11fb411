import type {
  AssertionInput,
  AttestationInput,
  CreationOptions,
  RequestOptions,
} from '../../clients/typescript/src/main.js';

export const canUsePasskeys =
  typeof PublicKeyCredential !== 'undefined' && 'toJSON' in PublicKeyCredential.prototype;

/** The browser asks for finger, face or PIN. @throws with words for people when that was cancelled. */
export async function askForPasskey(options: RequestOptions): Promise<AssertionInput> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await shown(navigator.credentials.get({ publicKey }))) as AssertionInput;
}

/** The browser makes a passkey for this account. @throws with words for people when that was cancelled. */
export async function makePasskey(options: CreationOptions): Promise<AttestationInput> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as PublicKeyCredentialCreationOptionsJSON,
  );
  return (await shown(navigator.credentials.create({ publicKey }))) as AttestationInput;
}

async function shown(asked: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = (await asked) as PublicKeyCredential | null;
    if (credential !== null) return credential.toJSON();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === 'InvalidStateError')
      throw new Error('This device has a passkey for your account already.', { cause: error });
    if (error.name === 'SecurityError')
      throw new Error('Passkeys work only at the address that this service is set up for.', { cause: error });
  }
  throw new Error('No passkey was used. Try again, or choose another way.');
}
