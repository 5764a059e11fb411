/** What every method throws when no whole answer came: the network failed, or the service is not there. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';

  constructor(cause: unknown) {
    super('The service could not be reached.', { cause });
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
