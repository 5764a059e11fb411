import type { IncomingMessage } from 'node:http';
import { hasBody } from '../../common/input/has-body.js';

/** The components that the signature of this request has to cover, so that no part of what it asks for can be changed. */
export function requiredComponents(request: IncomingMessage): string[] {
  return [
    '@method',
    '@authority',
    '@path',
    ...(request.url!.includes('?') ? ['@query'] : []),
    ...(hasBody(request) ? ['content-digest'] : []),
  ];
}
