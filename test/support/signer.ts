import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { answerOf, type Answer, type Client } from './client.js';

export interface Unsigned {
  readonly method: string;
  /** Scheme, host, path and query. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** What a signature has instead of its usual parts. A parameter that is undefined is left out. */
export interface Changes {
  readonly components?: readonly string[];
  readonly parameters?: Readonly<Record<string, string | number | undefined>>;
  readonly digest?: string;
}

/** `Content-Digest` of a body. */
export function digestOf(body: Buffer, name: 'sha-256' | 'sha-512' = 'sha-256'): string {
  return `${name}=:${createHash(name.replace('-', '')).update(body).digest('base64')}:`;
}

/** Signs requests as the documentation says, with code of its own. */
export class Signer {
  private constructor(
    readonly keyId: string,
    readonly privateKey: KeyObject,
  ) {}

  /** Makes a key of `owner`, and the signer for it. */
  static async of(owner: Client, scopes: readonly string[] = ALL, name = 'signs'): Promise<Signer> {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const answer = await owner.json<{ id: string }>('POST', '/api/auth/keys', {
      name,
      scopes,
      public_key: publicKey.export({ format: 'pem', type: 'spki' }),
    });
    if (answer.status !== 201) throw new Error(`the key was refused: ${JSON.stringify(answer.body)}`);
    return new Signer(answer.body.id, privateKey);
  }

  /** The header fields of the signed request, with those that it had. */
  headersOf(request: Unsigned, changes: Changes = {}): Record<string, string> {
    const { method, headers = {}, body } = request;
    const { host, pathname, search } = new URL(request.url);
    const digest: Record<string, string> =
      body === undefined ? {} : { 'content-digest': changes.digest ?? digestOf(body) };
    const fields: Record<string, string> = { ...headers, ...digest };
    const values: Record<string, string> = {
      ...fields,
      '@method': method,
      '@authority': host,
      '@path': pathname,
      '@query': search || '?',
      '@request-target': pathname + search,
      '@target-uri': request.url,
      '@scheme': new URL(request.url).protocol.slice(0, -1),
    };
    const covered = changes.components ?? [
      '@method',
      '@authority',
      '@path',
      ...(search === '' ? [] : ['@query']),
      ...Object.keys(digest),
    ];
    const serialised = serialise(covered, { ...this.#parameters(), ...changes.parameters });
    const base = [
      ...covered.map((name) => `"${name}": ${values[name]}`),
      `"@signature-params": ${serialised}`,
    ];
    const signature = sign(null, Buffer.from(base.join('\n')), this.privateKey).toString('base64');
    return { ...fields, 'signature-input': `sig1=${serialised}`, signature: `sig1=:${signature}:` };
  }

  /** Sends a signed request with a client that has no token, which compares the answer with the document. */
  async fetch(client: Client, method: string, path: string, rest: Rest = {}): Promise<Response> {
    const { body, headers, ...changes } = rest;
    const signed = this.headersOf({ method, url: client.url + path, headers, body }, changes);
    return client.fetch(path, { method, headers: signed, body: rest.sent ?? body });
  }

  async json<T = Record<string, unknown>>(
    client: Client,
    method: string,
    path: string,
    rest: Rest = {},
  ): Promise<Answer<T>> {
    return answerOf<T>(await this.fetch(client, method, path, rest));
  }

  #parameters(): Record<string, string | number> {
    return {
      created: Math.floor(Date.now() / 1000),
      keyid: this.keyId,
      nonce: randomBytes(16).toString('hex'),
    };
  }
}

interface Rest extends Changes {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The body that is sent instead of the signed one. */
  readonly sent?: Buffer;
}

const ALL = ['files:read', 'files:write', 'audit:read', 'profile:read'];

function serialise(components: readonly string[], parameters: Changes['parameters'] & object): string {
  const texts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`;${name}=${typeof value === 'number' ? value : `"${value}"`}`],
  );
  return `(${components.map((name) => `"${name}"`).join(' ')})${texts.join('')}`;
}

/** The bytes and header fields of a form with one file. */
export function formOf(bytes: Buffer, name = 'file.bin'): { body: Buffer; headers: Record<string, string> } {
  const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n`;
  return {
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')]),
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  };
}
