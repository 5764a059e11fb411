import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/app-config.js';
import { StorageError } from './object-storage.js';

const ATTEMPTS = 3;
const CONNECT_MS = 3000;
/** How long a bucket may be silent before it is given up. */
export const SILENT_MS = 10_000;
/** The SDK begins to count after 3 s. */
const IDLE_SOCKET_MS = SILENT_MS - 3000;

/** A client for questions: whoever asks sets the time for the answer, and a body may be read slowly. */
export function questionClient(config: S3Config): S3Client {
  return new S3Client(optionsOf(config, {}));
}

/** A client that sends parts: a request may take as long as it moves. */
export function transferClient(config: S3Config): S3Client {
  const client = new S3Client(optionsOf(config, { socketTimeout: IDLE_SOCKET_MS }));
  // Below the retries: what has been silent for so long is not asked twice more.
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

/** The bucket has neither taken nor given a byte for some time. Has no cause: the SDK would retry it for that. */
export class SilentBucket extends StorageError {
  constructor() {
    super('unavailable', new Error(`the bucket has been silent for ${SILENT_MS} ms`));
  }
}

/**
 * The client for one upload: the first request that fails is told to `failed`, and those that are still on their way end with
 * `signal`.
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
      // The SDK's default is 50: as many slow downloads would keep everybody else waiting.
      httpAgent: { maxSockets: Infinity },
      httpsAgent: { maxSockets: Infinity },
    },
    // The digest of what is stored is checked by the server (CRC-64 or CRC-32 in a trailer of each part).
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/** Connections that are reset or refused come with the same name, and with a code. */
function isSilence(error: unknown): boolean {
  const { name, code } = error as NodeJS.ErrnoException;
  return name === 'TimeoutError' && code === undefined;
}
