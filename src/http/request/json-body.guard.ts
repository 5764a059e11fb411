import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { JSON_ROUTE } from '../../common/input/json-body.js';
import { readJson } from './read-json.js';

/**
 * Reads the body of routes that take JSON. It is the last guard: a request that is refused for its token, its
 * rights or the rate limit costs no more than its head.
 */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (request.method === 'GET' || this.reflector.get(JSON_ROUTE, context.getHandler()) !== true)
      return true;
    return readJson(request, http.getResponse<Response>()).then(() => true);
  }
}
