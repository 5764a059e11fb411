import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';
import { StorageError } from './object-storage.js';

const ATTEMPTS = 3;
const CONNECT_MS = 3000;
/** A bucket that has sent nothing for this long is given up. */
export const SILENT_MS = 10_000;
/** The SDK starts this timeout after 3 s. */
const IDLE_SOCKET_MS = SILENT_MS - 3000;

/**
 * A client for requests with short answers. The caller sets a deadline for the answer. The body may be read
 * slowly.
 */
export function questionClient(config: S3Config): S3Client {
  return new S3Client(optionsOf(config, {}));
}

/** A client that sends parts. A request has no deadline as long as bytes move. */
export function transferClient(config: S3Config): S3Client {
  const client = new S3Client(optionsOf(config, { socketTimeout: IDLE_SOCKET_MS }));
  // Inside the retries, so that the SDK does not retry a request that has timed out.
  client.middlewareStack.add(
    (next) => async (request) => {
      try {
        return await next(request);
      } catch (error) {
        throw isSilence(error) ? new SilentBucket() : error;
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'giveUpOnSilence' },
  );
  return client;
}

/**
 * No byte moved in either direction for some time. Its cause is a new error, not the SDK's timeout error: the
 * SDK would retry because of that.
 */
export class SilentBucket extends StorageError {
  constructor() {
    super('unavailable', new Error(`the bucket has been silent for ${SILENT_MS} ms`));
  }
}

/**
 * The client for one upload. It passes the error of a failed request to `failed`. `signal` aborts requests
 * that are still running.
 */
export function uploadClient(client: S3Client, signal: AbortSignal, failed: (error: unknown) => void): S3Client {
  const send = async (command: Parameters<S3Client['send']>[0]): Promise<unknown> => {
    try {
      return await client.send(command, { abortSignal: signal });
    } catch (error) {
      failed(error);
      throw error;
    }
  };
  return Object.create(client, { send: { value: send } }) as S3Client;
}

function optionsOf(config: S3Config, timeouts: { socketTimeout?: number }): S3ClientConfig {
  return {
    region: config.region,
    endpoint: config.endpoint,
    forcePathStyle: config.forcePathStyle,
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      ...timeouts,
      // The SDK's default is 50. Then 50 slow downloads would block all other requests.
      httpAgent: { maxSockets: Infinity },
      httpsAgent: { maxSockets: Infinity },
    },
    // The server checks what it stores: CRC-64 or CRC-32 in a trailer of each part.
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/** A reset or refused connection has the same error name, but also a code. */
function isSilence(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === 'TimeoutError' && code === undefined;
}
