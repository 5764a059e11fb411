import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { FORM_ROUTE } from '../../common/input/form-body.js';
import { readForm } from './read-form.js';

/** Reads the body of routes that take the fields of an HTML form. Like `JsonBodyGuard`, it runs after all other guards. */
@Injectable()
export class FormBodyGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.reflector.get(FORM_ROUTE, context.getHandler()) !== true) return true;
    const http = context.switchToHttp();
    return readForm(http.getRequest<Request>(), http.getResponse<Response>()).then(() => true);
  }
}
