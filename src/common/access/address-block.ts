import ipaddr from 'ipaddr.js';
import type { RequestContext } from './request-context.js';

const NETWORK_PARTS = 4;

/**
 * What counts as one address where guesses and requests are limited: an IPv4 address, or an IPv6 network of 64 bits, which
 * every customer has to themselves (RFC 6177), and with it more addresses than anybody could count.
 */
export function addressBlock(ip: string): string {
  const address = ipaddr.parse(ip);
  if (address instanceof ipaddr.IPv4) return ip;
  const network = address.parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** That of a request; those whose socket is already gone share one. */
export function blockOf({ ip }: RequestContext): string {
  return ip === null ? 'unknown' : addressBlock(ip);
}
