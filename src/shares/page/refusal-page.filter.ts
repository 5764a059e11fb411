import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { contextOf } from '../../common/access/request-context.js';
import { ApiError } from '../../common/refusals/refusal.js';
import { sendPage } from '../../pages/page.js';
import { refusalPage } from './refusal-page.js';

/** Answers a refusal as a page for people, with the status and the headers that programs get. */
@Catch(ApiError)
export class RefusalPageFilter implements ExceptionFilter<ApiError> {
  readonly #logger = new Logger(RefusalPageFilter.name);

  catch(error: ApiError, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    if (error.status >= 500 && error.code !== 'busy') {
      const { requestId } = contextOf(http.getRequest<Request>());
      const context = { err: (error.cause ?? error) as Error, request_id: requestId };
      this.#logger.error(context, `answered ${error.status} ${error.code}`);
    }
    // The deadline has passed and the client has its answer already.
    if (response.headersSent) return;
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    sendPage(response, error.status, refusalPage(error));
  }
}
