import type { Request, Response } from 'express';
import type { Asset } from './console-assets.js';
import { preferredCoding } from './content-encoding.js';

/** Sends a file of the console in the best form that the client takes, or 304 when it has that (RFC 9110, section 13.1.2). */
export function sendAsset(request: Request, response: Response, asset: Asset, cacheControl: string): void {
  const coding = preferredCoding(request.headers['accept-encoding']);
  const coded = coding === null ? undefined : asset.coded[coding];
  const tag = `"${asset.tag}${coded === undefined ? '' : `-${coding}`}"`;
  response.setHeader('ETag', tag);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Cache-Control', cacheControl);
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (request.headers['if-none-match']?.includes(tag)) {
    response.status(304).end();
    return;
  }
  const bytes = coded ?? asset.plain;
  if (coded !== undefined) response.setHeader('Content-Encoding', coding!);
  response.setHeader('Content-Type', asset.type);
  response.setHeader('Content-Length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
