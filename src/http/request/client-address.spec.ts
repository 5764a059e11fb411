import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { clientAddress } from './client-address.js';

const request = (remoteAddress: string | undefined, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

describe('clientAddress', () => {
  it.each([
    [0, '10.0.0.1', '6.6.6.6', '10.0.0.1'],
    [0, '::ffff:10.0.0.1', undefined, '10.0.0.1'],
    [0, undefined, undefined, null],
    [1, '10.0.0.1', '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    [2, '10.0.0.1', '6.6.6.6, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    [3, '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    [1, '10.0.0.1', '203.0.113.7:80', '203.0.113.7'],
    [1, '10.0.0.1', '[2001:db8::1]:80', '2001:db8::1'],
    [1, '10.0.0.1', '2001:db8::1', '2001:db8::1'],
    [1, '10.0.0.1', '2001:DB8:0:0::0001', '2001:db8::1'],
    [1, '10.0.0.1', 'fe80::1%br-lan', 'fe80::1'],
    [1, '10.0.0.1', `fe80::1%${'z'.repeat(100)}`, 'fe80::1'],
    [1, '10.0.0.1', '[fe80::1%25eth0]:80', 'fe80::1'],
    [1, '10.0.0.1', '::FFFF:203.0.113.7', '203.0.113.7'],
    [1, '10.0.0.1', '::ffff:cb00:7107', '203.0.113.7'],
    [1, '10.0.0.1', '203.0.113.7%eth0', '203.0.113.7'],
    [1, '10.0.0.1', '%br-lan', '10.0.0.1'],
    [0, 'fe80::1%eth0', undefined, 'fe80::1'],
    [1, '10.0.0.1', 'unknown', '10.0.0.1'],
    [1, '10.0.0.1', undefined, '10.0.0.1'],
  ])('with %i trusted hops, peer %s and %s, is %s', (hops, peer, forwarded, address) => {
    expect(clientAddress(request(peer, forwarded), hops)).toBe(address);
  });
});
