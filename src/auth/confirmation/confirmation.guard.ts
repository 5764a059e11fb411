import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Actor } from '../../common/access/actor.js';
import { errors } from '../../common/refusals/errors.js';
import { Denials } from '../../events/denials.js';
import { Confirmations } from './confirmations.js';
import { ConfirmedSessions } from './confirmed-sessions.js';

/** Which sessions of a route must be confirmed. */
export const CONFIRMED = 'confirmed-sessions';

/** Refuses sessions that were neither opened nor confirmed within the last ten minutes. It reads the database. */
@Injectable()
export class ConfirmationGuard implements CanActivate {
  constructor(
    private readonly confirmed: ConfirmedSessions,
    private readonly confirmations: Confirmations,
    private readonly denials: Denials,
    private readonly reflector: Reflector,
  ) {}

  /** @throws `confirmation_required`. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const actor = request.user as Actor;
    if (actor.type !== 'session') throw new Error('a route that is confirmed must be closed to API keys');
    if (await this.confirmed.has(actor)) return true;
    const onlyWithFactor = this.reflector.get(CONFIRMED, context.getHandler()) !== 'everybody';
    if (onlyWithFactor && !(await this.confirmations.hasFactor(actor))) return true;
    const route = request.route as { path: string };
    return this.denials.refuse(
      actor,
      `route:${request.method} ${route.path}`,
      errors.confirmationRequired(await this.confirmations.methodsOf(actor)),
    );
  }
}
