import ipaddr from 'ipaddr.js';
import type { RequestContext } from './request-context.js';

const NETWORK_PARTS = 4;

/**
 * The unit for limits on requests and sign-ins: an IPv4 address, or an IPv6 network of 64 bits. A customer
 * gets at least one such network (RFC 6177), and could use any number of its addresses.
 */
export function addressBlock(ip: string): string {
  const address = ipaddr.parse(ip);
  if (address instanceof ipaddr.IPv4) return ip;
  const network = address.parts.slice(0, NETWORK_PARTS).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}

/** The block of the address of a request. Requests without a known address share one. */
export function blockOf({ ip }: RequestContext): string {
  return ip === null ? 'unknown' : addressBlock(ip);
}
