import { SetMetadata } from '@nestjs/common';

export const STREAM_ROUTE = 'stream-route';

/**
 * Declares that the service of a route reads the body as it arrives, and compares it with the digest of a signed request
 * (`signedBodyOf`). A signed request with a body is refused on a route that declares no body.
 */
export const StreamedBody = (): MethodDecorator => SetMetadata(STREAM_ROUTE, true);
