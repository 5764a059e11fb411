import type { IncomingMessage } from 'node:http';
import { isIP, SocketAddress } from 'node:net';

/**
 * The client's address without port and zone, in the canonical form of RFC 5952. Only the entries of
 * `X-Forwarded-For` that the last `trustedHops` proxies wrote are trusted. An entry that is not an address is
 * ignored.
 */
export function clientAddress(request: IncomingMessage, trustedHops: number): string | null {
  const peer = plain(request.socket.remoteAddress ?? '');
  if (trustedHops === 0) return peer;
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  // The nearest proxy appended the last entry, so proxy n wrote the n-th entry from the end.
  const claimed = forwarded.at(-Math.min(trustedHops, forwarded.length));
  return claimed === undefined ? peer : (canonical(withoutPort(claimed)) ?? peer);
}

/** A proxy may write an IPv6 address in another form than the operating system does. */
function canonical(claimed: string): string | null {
  const address = plain(claimed);
  if (address === null || isIP(address) === 4) return address;
  return plain(new SocketAddress({ address, family: 'ipv6' }).address);
}

/**
 * Removes the zone (RFC 4007), which has a meaning only on one machine. Turns an IPv4 address that is mapped
 * into IPv6 into the IPv4 address.
 */
function plain(address: string): string | null {
  const zone = address.indexOf('%');
  const text = zone === -1 ? address : address.slice(0, zone);
  const mapped = text.startsWith('::ffff:') ? text.slice('::ffff:'.length) : '';
  if (isIP(mapped) === 4) return mapped;
  return isIP(text) === 0 ? null : text;
}

function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(address);
  if (bracketed !== null) return bracketed[1]!;
  return /^[\d.]+:\d+$/.test(address) ? address.slice(0, address.indexOf(':')) : address;
}
