import type { KMSClient } from '@aws-sdk/client-kms';

/** KMS unwraps a key only with the context with which it was made, and records it in CloudTrail. */
const CONTEXT = { 'microservices-api': 'master key of encryption at rest' };
const KEY_BYTES = 32;
const ATTEMPTS = 3;
const TIMEOUT_MS = 5000;

/** A new master key: 32 random bytes, and the same as KMS has encrypted them. */
export interface NewMasterKey {
  readonly key: Buffer;
  readonly wrapped: Buffer;
}

/**
 * A key of AWS KMS. Credentials, region and endpoint come from the AWS chain; the region of an ARN goes first. Errors are those of the
 * SDK. The SDK is loaded with the first call.
 */
export class AwsKms {
  /** @param keyId an id, an ARN or an alias. */
  constructor(readonly keyId: string) {}

  async generate(): Promise<NewMasterKey> {
    const { GenerateDataKeyCommand } = await import('@aws-sdk/client-kms');
    const command = new GenerateDataKeyCommand({
      KeyId: this.keyId,
      NumberOfBytes: KEY_BYTES,
      EncryptionContext: CONTEXT,
    });
    const { Plaintext, CiphertextBlob } = await this.#with((client) => client.send(command));
    return { key: Buffer.from(Plaintext!), wrapped: Buffer.from(CiphertextBlob!) };
  }

  /** Refused by KMS when another of its keys has wrapped it. */
  async unwrap(wrapped: Buffer): Promise<Buffer> {
    const { DecryptCommand } = await import('@aws-sdk/client-kms');
    const command = new DecryptCommand({
      KeyId: this.keyId,
      CiphertextBlob: wrapped,
      EncryptionContext: CONTEXT,
    });
    const { Plaintext } = await this.#with((client) => client.send(command));
    return Buffer.from(Plaintext!);
  }

  async #with<T>(work: (client: KMSClient) => Promise<T>): Promise<T> {
    const { KMSClient } = await import('@aws-sdk/client-kms');
    const client = new KMSClient({
      ...regionOf(this.keyId),
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: TIMEOUT_MS,
        requestTimeout: TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
}

/** `arn:aws:kms:REGION:ACCOUNT:key/ID`. */
function regionOf(keyId: string): { region?: string } {
  const [, , , region] = keyId.startsWith('arn:') ? keyId.split(':') : [];
  return region === undefined ? {} : { region };
}
