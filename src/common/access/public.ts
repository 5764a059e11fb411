import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

export const PUBLIC_ROUTE = 'public-route';
export const UNLIMITED_ROUTE = 'unlimited-route';

/** Opens a route to callers without a token. Every other route requires one. The API document shows this. */
export const Public = () => applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiExtension('x-public', true));

/** Opens a route to probes: no token and no rate limit. */
export const ForProbes = () =>
  applyDecorators(SetMetadata(UNLIMITED_ROUTE, true), ApiExtension('x-unlimited', true));
