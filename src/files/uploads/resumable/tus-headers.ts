import type { RequestHandler } from 'express';

/** The version of the protocol. */
export const TUS_VERSION = '1.0.0';
const EXTENSIONS = 'creation,creation-with-upload,expiration,termination,checksum';
/** The algorithms of `Upload-Checksum`. */
export const CHECKSUM_ALGORITHMS = ['sha1', 'sha256'];

const PATH = /^\/api\/uploads(?:\/|\?|$)/i;

/**
 * Puts `Tus-Resumable` on every answer below `/api/uploads`, refusals too. `OPTIONS` also says what this service can do. It works
 * without a token, as the preflight of a browser does.
 */
export function tusHeaders(maxBytes: number): RequestHandler {
  return (request, response, next) => {
    if (PATH.test(request.url)) {
      response.setHeader('Tus-Resumable', TUS_VERSION);
      if (request.method === 'OPTIONS') {
        response.setHeader('Tus-Version', TUS_VERSION);
        response.setHeader('Tus-Extension', EXTENSIONS);
        response.setHeader('Tus-Max-Size', String(maxBytes));
        response.setHeader('Tus-Checksum-Algorithm', CHECKSUM_ALGORITHMS.join());
      }
    }
    next();
  };
}
