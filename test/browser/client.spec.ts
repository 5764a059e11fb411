import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { complaintsOf, launchBrowser } from '../support/browser.js';
import { sha256 } from '../support/client.js';
import { ClientPackage } from '../support/client-package.js';
import { startApp, type TestApp } from '../support/test-app.js';

const PASSWORD = 'a long enough passphrase';
const CONTENT = '0123456789'.repeat(100_000);

/** What a script does with the client in a page. It is sent to the browser as text. */
const SCRIPT = `async ({ url, email, password, content }) => {
  const { connect, download, isRefusal, items, upload } = await import('/main.js');
  const api = connect({ url });
  api.tokens.keep(await api.account.signIn({ body: { email, password } }));
  api.tokens.keep({ ...api.tokens.pair, token: 'garbage.in.token' });
  const file = new File([content], 'Straße.txt', { type: 'text/plain' });
  const stored = [];
  const id = await upload(api, file, {
    name: file.name,
    chunkSize: 400_000,
    onProgress: (offset) => stored.push(offset),
    backoff: (failures) => (failures < 5 ? 1 : null),
  });
  const { name, size, stream } = await download((request) => api.files.download({ path: { id }, ...request }));
  const text = await new Response(stream).text();
  for (const each of ['a', 'b']) await api.files.upload({ body: { file: new File([each], each) } });
  const names = [];
  for await (const each of items((cursor) => api.files.list({ query: { cursor, limit: 2 } }))) names.push(each.name);
  const refused = await api.files.delete({ path: { id: 'nothing' } }).catch((error) => isRefusal(error, 'file_not_found'));
  return { stored, name, size, text, names, refused };
}`;

/** What the script saw. */
interface Seen {
  readonly stored: readonly number[];
  readonly name: string;
  readonly size: number;
  readonly text: string;
  readonly names: readonly string[];
  readonly refused: boolean;
}

/** Serves the modules of the client from an origin of their own. */
async function serveModules(directory: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname;
    if (path === '/') return void response.setHeader('content-type', 'text/html').end('<!doctype html>');
    readFile(join(directory, path)).then(
      (text) => response.setHeader('content-type', 'text/javascript').end(text),
      () => response.writeHead(404).end(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('the TypeScript client in Chromium', () => {
  let server: TestApp;
  let installed: ClientPackage;
  let modules: Server;
  let browser: Browser;
  beforeAll(async () => {
    server = await startApp();
    installed = await ClientPackage.install();
    modules = await serveModules(installed.modules);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    modules.close();
    await installed.remove();
    await server.close();
  });

  it('works in a page of another origin, and goes on with an upload that breaks', async () => {
    const { email } = await server.user(undefined, PASSWORD);
    const page = await browser.newPage();
    const complaints = complaintsOf(page);
    let pieces = 0;
    await page.route('**/api/uploads/*', (route) =>
      route.request().method() === 'PATCH' && ++pieces === 2 ? route.abort() : route.continue(),
    );
    await page.goto(`http://127.0.0.1:${(modules.address() as AddressInfo).port}/`);
    const input = { url: server.url, email, password: PASSWORD, content: CONTENT };
    const seen = await page.evaluate<Seen>(`(${SCRIPT})(${JSON.stringify(input)})`);
    expect(sha256(seen.text)).toBe(sha256(CONTENT));
    expect(seen).toMatchObject({
      // After the piece that broke, the offset is asked for.
      stored: [0, 400_000, 400_000, 800_000, 1_000_000],
      name: 'Straße.txt',
      size: 1_000_000,
      names: ['b', 'a', 'Straße.txt'],
      refused: true,
    });
    expect(pieces).toBe(4);
    expect(complaints).toEqual([]);
  });
});
