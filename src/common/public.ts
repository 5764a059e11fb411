import { SetMetadata } from '@nestjs/common';

export const PUBLIC_ROUTE = 'public-route';

/** Opens a route to callers without a token. Every other route is closed. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);
