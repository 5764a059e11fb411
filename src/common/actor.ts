import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

export type Role = 'user' | 'auditor' | 'admin';

/** Who is calling, as the guard established it. */
export interface Actor {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly Role[];
}

/** The signed-in caller of this request; only on routes that the guard protects. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { user } = context.switchToHttp().getRequest<Request>();
  if (user === undefined) throw new Error('CurrentActor is used on a route without the guard');
  return user as Actor;
});
