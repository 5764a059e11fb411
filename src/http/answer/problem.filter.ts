import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { errors } from '../../common/refusals/errors.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { PROBLEM_JSON, toProblem } from '../../common/refusals/problem.js';
import { contextOf } from '../../common/access/request-context.js';
import { traceIdOf } from '../../common/access/trace-id.js';
import { allowedMethods } from './allowed-methods.js';

/** Turns a library's error into a refusal. Null when it does not know the error. */
export type ErrorTranslator = (error: unknown) => ApiError | null;

/** Writes every refusal as `application/problem+json`. Logs those that are a fault of the service. */
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
      // The client already has another answer: its deadline had passed.
      this.#logger.warn(
        { err: error as Error, request_id: requestId },
        'a request failed after its answer was sent',
      );
      return;
    }
    const refusal = this.#refusalOf(error, request);
    this.#report(refusal, request);
    if (response.headersSent) {
      // Part of the answer was sent. The connection is closed, so that the client does not take the part for
      // the whole.
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
    const body = JSON.stringify(toProblem(refusal, requestId));
    response.status(refusal.status).setHeader('Content-Type', PROBLEM_JSON);
    // Without this, a cache may store a 404, 405 or 410 (RFC 9110, section 15.1).
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

  #report(refusal: ApiError, request: Request): void {
    if (refusal.status < 500 || refusal.code === 'busy' || refusal.code === 'not_ready') return;
    const context = {
      err: (refusal.cause ?? refusal) as Error,
      request_id: contextOf(request).requestId,
      trace_id: traceIdOf(request),
    };
    this.#logger.error(context, `answered ${refusal.status} ${refusal.code}`);
  }
}

/**
 * Nest's NotFoundException means that no route matched. The path may still have a route for another method.
 */
function notFound(request: Request): ApiError {
  const methods = allowedMethods(request.app as Express, request.path);
  return methods.length > 0 ? errors.methodNotAllowed(methods) : errors.routeNotFound();
}

/** Translates the errors of Express, body-parser and the router, which carry a status of 400 to 499. */
function fromHttpError(error: unknown): ApiError | null {
  const { status, type, limit } = error as { status?: unknown; type?: unknown; limit?: unknown };
  const code = error instanceof HttpException ? error.getStatus() : status;
  if (typeof code !== 'number' || code < 400 || code > 499) return null;
  if (code === 413) return errors.bodyTooLarge(Number(limit));
  if (code === 415) return errors.unsupportedMediaType('application/json in UTF-8, not compressed');
  if (type === 'entity.parse.failed') return errors.malformedJson('The body is not valid JSON.', error);
  return errors.malformedRequest('The request cannot be understood.', error);
}
