import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Response } from 'express';
import { endWithTurn } from './turn-end.js';
import { originForm } from '../request/request-head.js';

/** How often Node looks for late heads. Its default of 30 s would be added to the limit. */
const CHECK_CONNECTIONS_MS = 1000;

/**
 * Express calls `Object.setPrototypeOf(req, app.request)` for every request, which is slow: V8 then drops its
 * optimizations for the object. This server makes requests and responses with Express's prototypes from the
 * start, so the call changes nothing. They are derived classes, because V8 reserves room in those for the
 * properties that Node's constructors add.
 */
export class FastExpressAdapter extends ExpressAdapter {
  #closing: () => boolean = () => false;

  /**
   * `first` gets every request before Express. It writes the head of the answer and returns the body, or
   * returns null to pass the request on.
   */
  constructor(
    private readonly first: (request: IncomingMessage, response: ServerResponse) => string | null = () =>
      null,
  ) {
    super();
    const app = this.getInstance<Express>();
    app.disable('x-powered-by');
    app.disable('etag');
    app.set('query parser', 'simple');
    this.setHttpServer(this.#createServer(app));
  }

  /**
   * While `closing` returns true, every answer closes its connection, so that the client opens another one.
   */
  closeConnectionsWhen(closing: () => boolean): void {
    this.#closing = closing;
  }

  /** The server exists already: its port is bound before Nest builds the app. */
  override initHttpServer(): void {}

  #createServer(app: Express): http.Server {
    const listener: RequestListener = (request, response) => {
      request.url = originForm(request.url!);
      const body = this.first(request, response);
      if (body === null) app(request, response);
      else endWithTurn(response, body);
    };
    class Message extends http.IncomingMessage {}
    const closing = () => this.#closing();
    class Answer extends http.ServerResponse {
      override writeHead(statusCode: number, ...rest: unknown[]): this {
        if (closing()) this.shouldKeepAlive = false;
        return super.writeHead(statusCode, ...(rest as []));
      }
    }
    app.request = inherit(Message.prototype, app.request);
    app.response = inherit(Answer.prototype, app.response);
    const server = http.createServer(
      {
        IncomingMessage: Message,
        ServerResponse: Answer,
        connectionsCheckingInterval: CHECK_CONNECTIONS_MS,
        // Node would answer a missing Host without a problem document, and drop repeated fields.
        // `requestHead` judges both.
        requireHostHeader: false,
        joinDuplicateHeaders: true,
      },
      listener,
    );
    return server.on('checkExpectation', listener);
  }

  /** Sends plain JSON without `res.json()`, which parses and rebuilds the content type of every answer. */
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (!isPlainJson(body) || response.hasHeader('Content-Type'))
      return super.reply(response, body, statusCode);
    if (statusCode !== undefined) response.statusCode = statusCode;
    const text = JSON.stringify(body);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(text));
    endWithTurn(response, text);
    return response;
  }
}

function isPlainJson(body: unknown): boolean {
  if (Array.isArray(body)) return true;
  return typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
}

/** Gives `prototype` Express's methods. Express's own prototype extends Node's. */
function inherit<T extends object>(prototype: object, express: T): T {
  return Object.setPrototypeOf(prototype, express) as T;
}
