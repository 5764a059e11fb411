import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { map, type Observable, tap } from 'rxjs';
import { ApiError } from '../../common/refusals/refusal.js';
import { AppConfig } from '../../config/app-config.js';
import type { SignInResponse } from './sign-in.response.js';
import { isConsoleRequest } from './console-request.js';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie.js';

type BrowserAnswer = Omit<SignInResponse, 'refresh_token'>;

/** Of every sign-in of the console: its refresh token goes into a cookie instead of the body. Programs get it in the body. */
@Injectable()
export class RefreshTokenToCookie implements NestInterceptor<SignInResponse, SignInResponse | BrowserAnswer> {
  constructor(private readonly config: AppConfig) {}

  intercept(
    context: ExecutionContext,
    next: CallHandler<SignInResponse>,
  ): Observable<SignInResponse | BrowserAnswer> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isConsoleRequest(request)) return next.handle();
    return next.handle().pipe(
      map(({ refresh_token: token, ...answer }) => {
        setRefreshCookie(request, http.getResponse<Response>(), token, this.config.http.publicUrl);
        return answer;
      }),
    );
  }
}

/** Of the console's refreshes: the token comes from the cookie. A cookie whose session is over is removed. */
@Injectable()
export class RefreshTokenFromCookie implements NestInterceptor {
  constructor(private readonly config: AppConfig) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isConsoleRequest(request)) return next.handle();
    // Guards have read the body; pipes validate it next. A token that does not exist is refused as any other.
    request.body = { refresh_token: readRefreshCookie(request) ?? '' };
    return next.handle().pipe(
      tap({
        error: (error: unknown) => {
          if (error instanceof ApiError && error.status === 401)
            clearRefreshCookie(request, http.getResponse<Response>(), this.config.http.publicUrl);
        },
      }),
    );
  }
}

/** Of the console's end of a session: the cookie goes with it. */
@Injectable()
export class RefreshCookieEnds implements NestInterceptor {
  constructor(private readonly config: AppConfig) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isConsoleRequest(request)) return next.handle();
    return next
      .handle()
      .pipe(tap(() => clearRefreshCookie(request, http.getResponse<Response>(), this.config.http.publicUrl)));
  }
}
