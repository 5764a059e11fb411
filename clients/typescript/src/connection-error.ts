/**
 * What every method throws when no whole answer of the service came: the network failed, the service is not there, or
 * something between answered in its place.
 */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(cause: unknown, message = 'The service could not be reached.') {
    super(message, { cause });
  }
}

/** The result of `work`, or what it threw as a `ConnectionError`. A stop by `signal` stays what it is. */
export async function overNetwork<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? error : new ConnectionError(error);
  }
}
