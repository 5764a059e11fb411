import { SetMetadata } from '@nestjs/common';

export const PUBLIC_ROUTE = 'public-route';
export const UNLIMITED_ROUTE = 'unlimited-route';

/** Opens a route to callers without a token. Every other route is closed. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** Opens a route to probes: no token, and no limit on how often. */
export const ForProbes = () => SetMetadata(UNLIMITED_ROUTE, true);
