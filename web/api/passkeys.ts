/** What a browser needs to ask for a passkey, as JSON. */
export interface PasskeyRequest {
  readonly challenge: string;
  readonly options: PublicKeyCredentialRequestOptionsJSON;
}

/** What a browser needs to make a passkey, as JSON. */
export interface PasskeyCreation {
  readonly challenge: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

export const canUsePasskeys =
  typeof PublicKeyCredential !== 'undefined' && 'toJSON' in PublicKeyCredential.prototype;

/** The browser asks for finger, face or PIN. @throws with words for people when that was cancelled. */
export function askForPasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return shown(navigator.credentials.get({ publicKey }));
}

/** The browser makes a passkey for this account. @throws with words for people when that was cancelled. */
export function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return shown(navigator.credentials.create({ publicKey }));
}

async function shown(asked: Promise<Credential | null>): Promise<unknown> {
  try {
    const credential = (await asked) as PublicKeyCredential | null;
    if (credential !== null) return credential.toJSON();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === 'InvalidStateError')
      throw new Error('This device has a passkey for your account already.', { cause: error });
  }
  throw new Error('No passkey was used. Try again, or choose another way.');
}
