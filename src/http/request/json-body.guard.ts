import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { JSON_ROUTE } from '../../common/input/json-body.js';
import { readJson } from './read-json.js';

/**
 * Reads the body of routes that take JSON. As the last guard: whoever has no token, no right or no requests left costs no
 * more than the head of the request.
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
