import { describe, expect, it } from '@jest/globals';
import type { CookieOptions, Request, Response } from 'express';
import { readRefreshCookie, setRefreshCookie } from './refresh-cookie.js';

function optionsFor(host: string | undefined, publicUrl = 'http://localhost:8080'): CookieOptions {
  let found: CookieOptions = {};
  const response = {
    cookie: (_name: string, _value: string, options: CookieOptions) => void (found = options),
  } as unknown as Response;
  setRefreshCookie({ headers: { host } } as Request, response, 'rt_x', publicUrl);
  return found;
}

describe('the refresh cookie', () => {
  it.each(['localhost', 'localhost:8080', 'a.localhost', '127.0.0.1:8080', '[::1]:8080'])(
    'needs no TLS on %s',
    (host) => expect(optionsFor(host).secure).toBe(false),
  );

  it.each([
    'files.example.org',
    '192.168.1.7:8080',
    'localhost.example.org',
    '127.0.0.1.example.org',
    undefined,
  ])('needs TLS on %s', (host) => expect(optionsFor(host).secure).toBe(true));

  it('needs TLS where the address of the service has it, whatever host a proxy names', () => {
    expect(optionsFor('localhost:8080', 'https://files.example.org').secure).toBe(true);
  });

  it('is read among others', () => {
    const read = (cookie?: string) => readRefreshCookie({ headers: { cookie } } as Request);
    expect(read('a=1; console_refresh=rt_x;b=2')).toBe('rt_x');
    expect(read('xconsole_refresh=rt_x')).toBeNull();
    expect(read()).toBeNull();
  });
});
