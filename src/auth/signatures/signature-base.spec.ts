import { describe, expect, it } from '@jest/globals';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { Request } from 'express';
import { parseContentDigest } from './content-digest.js';
import { signatureBase } from './signature-base.js';
import { parseSignature } from './signature-input.js';
import { messageOf } from './signed-message.js';

/** RFC 9421, appendix B.1.4. */
const privateKey = createPrivateKey(
  '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----\n',
);
const publicKey = createPublicKey(
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----\n',
);

const DIGEST =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';

/** A request with these lines of header fields. */
function request(target: string, ...lines: (readonly [name: string, value: string])[]): Request {
  const host = lines.find(([name]) => name.toLowerCase() === 'host')?.[1];
  return { method: 'POST', originalUrl: target, headers: { host }, rawHeaders: lines.flat() } as never;
}

/** RFC 9421, appendix B.2: `test-request`. */
const message = messageOf(
  request(
    '/foo?param=Value&Pet=dog',
    ['Host', 'example.com'],
    ['Date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['Content-Type', 'application/json'],
    ['Content-Digest', DIGEST],
    ['Content-Length', '18'],
  ),
  'https',
);

const INPUT =
  'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
const SIGNATURE =
  'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:';

describe('the base of a signature', () => {
  it('of RFC 9421, B.2.6, is that of the RFC, and its signature verifies', () => {
    const input = parseSignature(INPUT, SIGNATURE)!;
    const base = signatureBase(message, input.components, input.serialised)!;
    expect(base.toString()).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      ].join('\n'),
    );
    expect(verify(null, base, publicKey, input.signature)).toBe(true);
    expect(sign(null, base, privateKey).equals(input.signature)).toBe(true);
  });

  it.each([
    // B.2.1: no component at all.
    [
      [],
      '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
      '"@signature-params": ();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    ],
    // B.2.3, without the query parameters: all derived components and fields.
    [
      ['date', '@method', '@path', '@query', '@authority', 'content-type', 'content-digest'],
      '()',
      `"date": Tue, 20 Apr 2021 02:07:55 GMT
"@method": POST
"@path": /foo
"@query": ?param=Value&Pet=dog
"@authority": example.com
"content-type": application/json
"content-digest": ${DIGEST}
"@signature-params": ()`,
    ],
    // Section 2.2.
    [
      ['@target-uri', '@scheme', '@request-target'],
      '()',
      `"@target-uri": https://example.com/foo?param=Value&Pet=dog
"@scheme": https
"@request-target": /foo?param=Value&Pet=dog
"@signature-params": ()`,
    ],
  ])('has a line for each of %j', (components, parameters, text) => {
    expect(signatureBase(message, components, parameters)?.toString()).toBe(text);
  });

  it.each([['@status'], ['@query-param'], ['@Method'], ['@nothing'], ['__proto__'], ['Date'], ['x-absent']])(
    'does not exist for %s',
    (name) => expect(signatureBase(message, [name], '()')).toBeNull(),
  );

  it.each([
    ['Example.COM', 'https', 'example.com'],
    ['example.com:443', 'https', 'example.com'],
    ['example.com:443', 'http', 'example.com:443'],
    ['example.com:80', 'http', 'example.com'],
    ['example.com:8080', 'http', 'example.com:8080'],
    ['[::1]:80', 'http', '[::1]'],
    ['[2001:db8::80]', 'http', '[2001:db8::80]'],
  ])('has for the host %s with %s the authority %s', (host, scheme, authority) => {
    expect(messageOf(request('/', ['Host', host]), scheme).authority).toBe(authority);
  });

  it('has a question mark for a query that is absent or empty (section 2.2.7)', () => {
    for (const target of ['/foo', '/foo?'])
      expect(signatureBase(messageOf(request(target), 'http'), ['@query'], '()')?.toString()).toContain(
        '"@query": ?\n',
      );
  });

  it('joins the lines of a field, without the spaces around them (section 2.1)', () => {
    const twice = messageOf(
      request('/', ['X-Fields', ' a '], ['x-fields', 'b,  c'], ['X-Empty', '']),
      'http',
    );
    expect([twice.field('x-fields'), twice.field('x-empty')]).toEqual(['a, b,  c', '']);
  });
});

describe('a signature', () => {
  const list = '("@method");created=1';
  const bytes = Buffer.alloc(64, 7).toString('base64');

  it('is read with its components and parameters', () => {
    const input = parseSignature(`sig=${list};keyid="k"`, `sig=:${bytes}:`)!;
    expect(input.components).toEqual(['@method']);
    expect([...input.parameters]).toEqual([
      ['created', 1],
      ['keyid', 'k'],
    ]);
    expect(input.serialised).toBe(`${list};keyid="k"`);
    expect(input.signature).toEqual(Buffer.alloc(64, 7));
  });

  it.each([
    ['no member', '', ''],
    ['two members', `sig=${list}, other=${list}`, `sig=:${bytes}:, other=:${bytes}:`],
    ['two inputs', `sig=${list}, other=${list}`, `sig=:${bytes}:`],
    ['two signatures', `sig=${list}`, `sig=:${bytes}:, other=:${bytes}:`],
    ['the same member twice', `sig=${list}, sig=${list}`, `sig=:${bytes}:`],
    ['different labels', `sig=${list}`, `other=:${bytes}:`],
    ['no list', 'sig="@method"', `sig=:${bytes}:`],
    ['a member without a value', 'sig', `sig=:${bytes}:`],
    ['a text as signature', `sig=${list}`, `sig="${bytes}"`],
    ['a list as signature', `sig=${list}`, `sig=(:${bytes}:)`],
    ['parameters of the signature', `sig=${list}`, `sig=:${bytes}:;a=1`],
    ['a parameter twice', 'sig=("@method");created=1;created=2', `sig=:${bytes}:`],
    ['a component twice', 'sig=("@method" "@method");created=1', `sig=:${bytes}:`],
    ['a component with a parameter', 'sig=("@method";req);created=1', `sig=:${bytes}:`],
    ['a component that is a token', 'sig=(method);created=1', `sig=:${bytes}:`],
    ['further spaces', 'sig=( "@method" );created=1', `sig=:${bytes}:`],
    ['a space after a semicolon', 'sig=("@method"); created=1', `sig=:${bytes}:`],
    ['a number in another spelling', 'sig=("@method");created=01', `sig=:${bytes}:`],
    ['base64 in another spelling', `sig=${list}`, `sig=:${bytes.replace('w==', 'x==')}:`],
    ['base64 without padding', `sig=${list}`, `sig=:${bytes.replace('==', '')}:`],
    ['what no parser takes', 'sig=("@method', `sig=:${bytes}:`],
  ])('is refused with %s', (_, input, signature) => expect(parseSignature(input, signature)).toBeNull());
});

describe('Content-Digest', () => {
  it('is read with the algorithms that can be compared', () => {
    const digests = parseContentDigest(
      `md5=:AAAA:, ${DIGEST}, sha-256=:${Buffer.alloc(32).toString('base64')}:`,
    );
    expect([...digests!].map(([name, { length }]) => [name, length])).toEqual([
      ['sha-512', 64],
      ['sha-256', 32],
    ]);
  });

  it.each([
    '',
    'md5=:AAAA:',
    'sha-256=:AAAA:',
    'sha-256="AAAA"',
    'sha-256',
    'sha-256=:A',
    '__proto__=:AAAA:',
  ])('is refused as %j', (text) => expect(parseContentDigest(text)).toBeNull());
});
