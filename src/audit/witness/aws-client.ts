import type { AwsEndpoint } from '../../config/app-config.js';

/** How long the witness may take to answer, retries included, in milliseconds. */
export const ANSWER_MS = 2000;
const CONNECT_MS = 1000;
const ATTEMPTS = 2;

/** The options of a client for short questions. Credentials come from the AWS chain. */
export function awsClientOptions({ region, endpoint }: AwsEndpoint) {
  return { region, endpoint, maxAttempts: ATTEMPTS, requestHandler: { connectionTimeout: CONNECT_MS } };
}

/** The options of one question: it ends after `answerMs`, so that the next one can be asked. */
export function inTime(answerMs: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(answerMs) };
}
