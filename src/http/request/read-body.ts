import type { Request, RequestHandler, Response } from 'express';
import { errors } from '../../common/refusals/errors.js';

const ARRIVAL_MS = 15_000;

/**
 * Reads and parses a body, which must arrive within 15 s. A body that is too large is refused by its `Content-Length`, or at the
 * first byte over the limit: the parser would report it only after all of it has arrived.
 * @throws `body_too_large`, `request_timeout`, and what `parse` throws.
 */
export function readBody(
  request: Request,
  response: Response,
  parse: RequestHandler,
  limitBytes: number,
): Promise<void> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes)
    return Promise.reject(errors.bodyTooLarge(limitBytes));
  return new Promise((resolve, reject) => {
    const refuse = (error: Error) => reject(error);
    const timer = setTimeout(() => refuse(errors.requestTimeout()), ARRIVAL_MS);
    void parse(request, response, (error?: unknown) => {
      clearTimeout(timer);
      if (error === undefined) resolve();
      else refuse(error as Error);
    });
    let received = 0;
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received <= limitBytes) return;
      clearTimeout(timer);
      refuse(errors.bodyTooLarge(limitBytes));
    });
  });
}
