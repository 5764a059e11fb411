import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { NestApplicationOptions } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Response } from 'express';

/**
 * Express spends most of a small request on `Object.setPrototypeOf(req, app.request)`, which throws away
 * what V8 has learned of the object. Here the server makes requests and responses that have Express's
 * prototypes from the start, so that the call changes nothing (3 to 7 times faster on Node 20).
 */
export class FastExpressAdapter extends ExpressAdapter {
  /** `first` sees every request before Express and answers it, returning true, or leaves it alone. */
  constructor(
    private readonly first: (request: IncomingMessage, response: ServerResponse) => boolean = () => false,
  ) {
    super();
    const app = this.getInstance<Express>();
    app.disable('x-powered-by');
    app.disable('etag');
    app.set('query parser', 'simple');
  }

  override initHttpServer(options: NestApplicationOptions): void {
    super.initHttpServer(options);
    const app = this.getInstance<Express>();
    const listener: RequestListener = (request, response) => {
      if (!this.first(request, response)) app(request, response);
    };
    this.httpServer = http.createServer(
      {
        IncomingMessage: constructorWith(http.IncomingMessage, app.request) as typeof IncomingMessage,
        ServerResponse: constructorWith(http.ServerResponse, app.response) as typeof ServerResponse,
      },
      listener,
    );
  }

  /** Plain JSON goes out without `res.json()`, which parses and rebuilds the content type of every answer. */
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (!isPlainJson(body) || response.hasHeader('Content-Type'))
      return super.reply(response, body, statusCode);
    if (statusCode !== undefined) response.statusCode = statusCode;
    const text = JSON.stringify(body);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(text));
    return response.end(text);
  }
}

function isPlainJson(body: unknown): boolean {
  if (Array.isArray(body)) return true;
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}

/** A constructor that makes what `base` makes, with Express's prototype, which itself extends base's. */
function constructorWith(base: unknown, prototype: object): unknown {
  const call = base as { call(self: object, ...args: unknown[]): void };
  function Message(this: object, ...args: unknown[]): void {
    call.call(this, ...args);
  }
  Message.prototype = prototype;
  return Message;
}
