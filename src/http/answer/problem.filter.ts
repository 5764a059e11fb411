import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { ApiError, errors } from '../../common/refusals/errors.js';
import { PROBLEM_JSON, toProblem } from '../../common/refusals/problem.js';
import { contextOf } from '../../common/access/request-context.js';
import { allowedMethods } from './allowed-methods.js';

/** Turns a foreign error into a refusal, or null when it does not know it. */
export type ErrorTranslator = (error: unknown) => ApiError | null;

/** The last stop of every refusal: writes it as `application/problem+json`, and logs what is our fault. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemFilter.name);

  constructor(private readonly translators: readonly ErrorTranslator[]) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const { requestId } = contextOf(request);
    if (response.writableEnded) {
      // Whoever has waited for too long had another answer.
      this.#logger.warn({ err: error as Error, request_id: requestId }, 'failed after its answer');
      return;
    }
    const refusal = this.#refusalOf(error, request);
    this.#report(refusal, requestId);
    if (response.headersSent) {
      // Too late to say anything: a broken transfer is better than a wrong one.
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
    const body = JSON.stringify(toProblem(refusal, requestId));
    response.status(refusal.status).setHeader('Content-Type', PROBLEM_JSON);
    // A cache may keep a 404, 405 or 410 by its own judgement (RFC 9110, section 15.1).
    response.setHeader('Cache-Control', 'no-store').end(body);
  }

  #refusalOf(error: unknown, request: Request): ApiError {
    if (error instanceof ApiError) return error;
    for (const translate of this.translators) {
      const refusal = translate(error);
      if (refusal !== null) return refusal;
    }
    if (error instanceof NotFoundException) return notFound(request);
    return fromHttpError(error) ?? errors.internal(error);
  }

  #report(refusal: ApiError, requestId: string): void {
    if (refusal.status < 500 || refusal.code === 'busy' || refusal.code === 'not_ready') return;
    const context = { err: (refusal.cause ?? refusal) as Error, request_id: requestId };
    this.#logger.error(context, `answered ${refusal.status} ${refusal.code}`);
  }
}

/** Nest's NotFoundException means that no route matched: the path may still exist for another method. */
function notFound(request: Request): ApiError {
  const methods = allowedMethods(request.app as Express, request.path);
  return methods.length > 0 ? errors.methodNotAllowed(methods) : errors.routeNotFound();
}

/** What Express, body-parser and the router refuse, which they say with a status of 400 to 499. */
function fromHttpError(error: unknown): ApiError | null {
  const { status, type, limit } = error as { status?: unknown; type?: unknown; limit?: unknown };
  const code = error instanceof HttpException ? error.getStatus() : status;
  if (typeof code !== 'number' || code < 400 || code > 499) return null;
  if (code === 413) return errors.bodyTooLarge(Number(limit));
  if (code === 415) return errors.unsupportedMediaType('application/json in UTF-8, not compressed');
  if (type === 'entity.parse.failed') return errors.malformedJson('The body is not valid JSON.', error);
  return errors.malformedRequest('The request cannot be understood.', error);
}
