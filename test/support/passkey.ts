import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  randomBytes,
  sign,
} from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { Answer, Client } from './client.js';

type CBORType = Parameters<typeof isoCBOR.encode>[0];

interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly allowCredentials?: readonly { readonly id: string }[];
}

interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
}

/** What a route returns for a browser. */
export interface Asked<Options> {
  readonly challenge: string;
  readonly options: Options;
}

/** In what an authenticator, or a browser, can be wrong. */
interface Faults {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly userVerified?: boolean;
  readonly counter?: number;
  readonly userHandle?: string | null;
  readonly backupEligible?: boolean;
  /** What the maker of the authenticator states, instead of nothing. */
  readonly statement?: ReadonlyMap<string, number | Uint8Array | Uint8Array[]>;
}

export type Algorithm = 'ES256' | 'EdDSA' | 'RS256';

/** The key types of the algorithms, as Node.js makes them. */
const KEY_PAIRS: Readonly<Record<Algorithm, () => KeyPairKeyObjectResult>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
};

const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;

/**
 * A passkey in software, with a browser around it, without attestation. It counts its signatures, unless `counts` is
 * false, as for those that are copied between devices.
 */
export class SoftwarePasskey {
  readonly id = randomBytes(32).toString('base64url');
  readonly #key: KeyObject;
  readonly #publicKey: Buffer;
  #counter = 0;
  #userHandle = '';

  constructor(
    readonly origin: string,
    private readonly counts = true,
    private readonly algorithm: Algorithm = 'ES256',
  ) {
    const { privateKey, publicKey } = KEY_PAIRS[algorithm]();
    this.#key = privateKey;
    this.#publicKey = coseKeyOf(algorithm, publicKey);
  }

  /** As `navigator.credentials.create`, in JSON, with members that the service does not know. */
  create({ options }: Asked<CreationOptions>, faults: Faults = {}) {
    this.#userHandle = options.user.id;
    const id = Buffer.from(this.id, 'base64url');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const authData = Buffer.concat([
      this.#authenticatorData(AT, options.rp.id, faults),
      Buffer.alloc(16),
      length,
      id,
      this.#publicKey,
    ]);
    const { statement = new Map() } = faults;
    const object = new Map<string, CBORType>([
      ['fmt', statement.size === 0 ? 'none' : 'packed'],
      ['attStmt', new Map(statement)],
      ['authData', new Uint8Array(authData)],
    ]);
    const attestationObject = Buffer.from(isoCBOR.encode(object)).toString('base64url');
    const clientDataJSON = this.#clientData('webauthn.create', options.challenge, faults);
    const transports = ['internal', 'hybrid'];
    return {
      ...this.#credential(),
      response: { clientDataJSON, attestationObject, transports, publicKeyAlgorithm: -7 },
    };
  }

  /** As `navigator.credentials.get`, in JSON, with members that the service does not know. */
  get({ options }: { readonly options: RequestOptions }, faults: Faults = {}) {
    const data = this.#authenticatorData(0, options.rpId, faults);
    const clientDataJSON = this.#clientData('webauthn.get', options.challenge, faults);
    const digest = this.algorithm === 'EdDSA' ? null : 'sha256';
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    return {
      ...this.#credential(),
      response: {
        clientDataJSON,
        authenticatorData: data.toString('base64url'),
        signature: sign(digest, Buffer.concat([data, hash]), this.#key).toString('base64url'),
        userHandle: faults.userHandle === undefined ? this.#userHandle : faults.userHandle,
      },
    };
  }

  #credential() {
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: { credProps: { rk: true } },
    };
  }

  #authenticatorData(
    flags: number,
    rpId = '',
    { rpId: otherId, userVerified = true, counter, backupEligible = !this.counts }: Faults,
  ): Buffer {
    if (this.counts) this.#counter += 1;
    const data = Buffer.alloc(37);
    createHash('sha256')
      .update(otherId ?? rpId)
      .digest()
      .copy(data);
    data[32] = flags | UP | (userVerified ? UV : 0) | (backupEligible ? BE | BS : 0);
    data.writeUInt32BE(counter ?? this.#counter, 33);
    return data;
  }

  #clientData(
    type: string,
    challenge: string,
    { type: otherType, origin = this.origin, challenge: otherChallenge }: Faults,
  ): string {
    const data = {
      type: otherType ?? type,
      challenge: otherChallenge ?? challenge,
      origin,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }
}

/** A public key as COSE has it (RFC 9053, section 7; RFC 8230, section 4). */
function coseKeyOf(algorithm: Algorithm, key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const bytes = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
  const members: Readonly<Record<Algorithm, [number, number | Uint8Array][]>> = {
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(jwk.x)],
      [-3, bytes(jwk.y)],
    ],
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ],
  };
  return Buffer.from(isoCBOR.encode(new Map<number, number | Uint8Array>(members[algorithm])));
}

interface Added {
  readonly id: string;
  readonly recovery_codes: string[];
  readonly code?: string;
}

/** Adds `passkey` to the account of `client`. */
export async function tryPasskey(
  client: Client,
  passkey: SoftwarePasskey,
  faults: Faults = {},
): Promise<Answer<Added>> {
  const asked = await client.json<Asked<CreationOptions>>('POST', '/api/auth/factors/passkeys/options');
  return client.json<Added>('POST', '/api/auth/factors/passkeys', {
    name: 'Laptop',
    challenge: asked.body.challenge,
    credential: passkey.create(asked.body, faults),
  });
}

/** Adds a new passkey to the account of `client`. */
export async function addPasskey(
  client: Client,
  origin: string,
  counts = true,
): Promise<{ passkey: SoftwarePasskey; factorId: string; recoveryCodes: string[] }> {
  const passkey = new SoftwarePasskey(origin, counts);
  const { status, body } = await tryPasskey(client, passkey);
  if (status !== 201) throw new Error(`adding a passkey answered ${status} ${JSON.stringify(body)}`);
  return { passkey, factorId: body.id, recoveryCodes: body.recovery_codes };
}

/** A request of the service for a passkey: to sign in, or to confirm the session of `client`. */
export async function askForPasskey(
  client: Client,
  path: '/api/users/login/passkey/options' | '/api/auth/confirm/options',
): Promise<Asked<RequestOptions>> {
  return (await client.json<Asked<RequestOptions>>('POST', path)).body;
}
