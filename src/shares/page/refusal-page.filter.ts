import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { contextOf } from '../../common/access/request-context.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { errors } from '../../common/refusals/errors.js';
import { translateDatabaseError } from '../../database/driver-errors.js';
import { sendPage } from '../../pages/page.js';
import { refusalPage } from './refusal-page.js';

/** Answers a refusal or a fault as a page for people, with the status and the headers that programs get. */
@Catch()
export class RefusalPageFilter implements ExceptionFilter {
  readonly #logger = new Logger(RefusalPageFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = refusalOf(thrown);
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (error.status >= 500 && error.code !== 'busy') {
      const { requestId } = contextOf(http.getRequest<Request>());
      const context = { err: (error.cause ?? error) as Error, request_id: requestId };
      this.#logger.error(context, `answered ${error.status} ${error.code}`);
    }
    if (response.headersSent) {
      // The deadline has passed and the client has its answer already, or it must not take a part of the file for all of it.
      if (!response.writableEnded) response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    sendPage(response, error.status, refusalPage(error));
  }
}

function refusalOf(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : (translateDatabaseError(thrown) ?? errors.internal(thrown));
}
