import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * The client's address, without a port. Of `X-Forwarded-For` only what the last `trustedHops` proxies wrote
 * is believed; what is not an address is not one.
 */
export function clientAddress(request: IncomingMessage, trustedHops: number): string | null {
  const peer = plain(request.socket.remoteAddress ?? '');
  if (trustedHops === 0) return peer;
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  // The nearest proxy appended the last entry: hop n wrote the n-th from the end.
  const claimed = forwarded.at(-Math.min(trustedHops, forwarded.length));
  return claimed === undefined ? peer : (plain(withoutPort(claimed)) ?? peer);
}

/** Without a zone (RFC 4007, section 11), which is of any length and means something on one machine only. */
function plain(address: string): string | null {
  const [text = ''] = (address.startsWith('::ffff:') ? address.slice(7) : address).split('%', 1);
  return isIP(text) === 0 ? null : text;
}

function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed !== null) return bracketed[1]!;
  return /^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address;
}
