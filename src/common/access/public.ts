import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

export const PUBLIC_ROUTE = 'public-route';
export const UNLIMITED_ROUTE = 'unlimited-route';

/** Opens a route to callers without a token. Every other route is closed, and documented so. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension('x-public', true));

/** Opens a route to probes: no token, and no limit on how often. */
export const ForProbes = () =>
  applyDecorators(SetMetadata(UNLIMITED_ROUTE, true), ApiExtension('x-unlimited', true));
