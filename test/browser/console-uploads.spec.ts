import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page, Route } from 'playwright-core';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, SCREENS, signIn, untilTrue } from '../support/console.js';

describe('uploads in the console', () => {
  const stage = ConsoleStage.set();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'console-'));
    await mkdir(join(folder, 'letters', 'old'), { recursive: true });
    await writeFile(join(folder, 'single.txt'), 'one');
    await writeFile(join(folder, 'letters', 'to Mary.txt'), 'two');
    await writeFile(join(folder, 'letters', 'old', 'to Ada.txt'), 'three');
    await writeFile(join(folder, 'large.bin'), Buffer.alloc(2_000_000, 'x'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe.each(SCREENS)('on $name', (screen) => {
    let ada: Client;
    let page: Page;
    let devtools: CDPSession;
    beforeEach(async () => {
      ada = await stage.server.user();
      page = await stage.open(screen);
      devtools = await page.context().newCDPSession(page);
      await signIn(page, ada);
      await page.getByText('Drop your first files here').waitFor();
    });

    const names = async () =>
      (await ada.json<{ name: string }[]>('GET', '/api/files')).body.map(({ name }) => name).sort();
    const drag = (type: 'dragEnter' | 'dragOver' | 'dragCancel' | 'drop', ...files: string[]) =>
      devtools.send('Input.dispatchDragEvent', {
        type,
        x: 100,
        y: 300,
        data: { items: [], files: files.map((name) => join(folder, name)), dragOperationsMask: 1 },
      });
    const throttle = (offline: boolean, uploadThroughput = -1) =>
      devtools.send('Network.emulateNetworkConditions', {
        offline,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput,
      });
    /** On a phone the list of uploads is folded. */
    async function chooseLarge(): Promise<void> {
      await page.locator('input[type=file][multiple]').first().setInputFiles(join(folder, 'large.bin'));
      const unfold = page.getByRole('button', { name: 'Show uploads' });
      if (screen.width < 800) await unfold.press('Enter');
    }
    /** Begins an upload that takes some seconds. */
    async function beginLarge(): Promise<void> {
      await throttle(false, 40_000);
      await chooseLarge();
      await page.getByText(/^\d+(\.\d)? KB of 2 MB, \d/).waitFor();
    }

    it('are dropped on the page, folders too', async () => {
      await drag('dragEnter', 'single.txt', 'letters');
      await drag('dragOver', 'single.txt', 'letters');
      await page.getByText('Drop to upload').waitFor();
      await drag('drop', 'single.txt', 'letters');
      await page.getByRole('heading', { name: '3 uploads complete' }).waitFor();
      await page.getByText('Drop to upload').waitFor({ state: 'detached' });
      expect(await names()).toEqual(['single.txt', 'to Ada.txt', 'to Mary.txt']);
    });

    it('are cancelled, and leave nothing at the service', async () => {
      await beginLarge();
      const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
      await page.getByRole('button', { name: 'Cancel large.bin' }).press('Enter');
      await page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
      expect((await ended).status()).toBe(204);
      expect((await ada.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
      expect(await names()).toEqual([]);
    });

    it('go on by themselves after the network was lost', async () => {
      await beginLarge();
      await throttle(true);
      await page.getByText('No connection to the service.').waitFor();
      await page.waitForTimeout(1500);
      expect(await axeFindings(page)).toEqual([]);
      await throttle(false);
      await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
      await page.getByText('No connection to the service.').waitFor({ state: 'detached' });
      expect(await names()).toEqual(['large.bin']);
    });

    it('go on by themselves after the service was away for long', async () => {
      await page.clock.install();
      await beginLarge();
      const server = stage.server.app.getHttpServer();
      server.close();
      server.closeAllConnections();
      const banner = page.getByText('No connection to the service.');
      try {
        await banner.waitFor();
        const stopped = page.getByText('The service cannot be reached.');
        while (!(await stopped.isVisible())) {
          await page.clock.fastForward(8000);
          await page.waitForTimeout(100);
        }
        await throttle(false);
      } finally {
        await new Promise<void>((done) => server.listen(stage.server.port, '127.0.0.1', done));
      }
      await page.clock.fastForward(8000);
      await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
      await banner.waitFor({ state: 'detached' });
      expect(await names()).toEqual(['large.bin']);
    });

    it('go on where they were after the answers of a proxy', async () => {
      await throttle(false, 400_000);
      const bad = new Set(['POST', 'HEAD', 'PATCH']);
      let created = 0;
      await page.route(/\/api\/uploads/, async (route: Route) => {
        const method = route.request().method();
        if (method === 'POST') created++;
        if (bad.delete(method)) await route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' });
        else await route.continue();
      });
      await chooseLarge();
      await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
      expect([...bad, created]).toEqual([2]);
      expect(await names()).toEqual(['large.bin']);
      expect((await ada.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
    });

    it('send nothing as another user who signs in while they wait for new tokens', async () => {
      const bea = await stage.server.user();
      const { body: tokens } = await bea.signIn(bea.email, bea.password);
      let release = () => {};
      const held = new Promise<void>((done) => (release = done));
      const sent: (string | undefined)[] = [];
      await page.route(/\/api\/uploads$/, (route: Route) => {
        if (route.request().method() !== 'POST') return route.continue();
        return sent.push(route.request().headers().authorization) === 1
          ? route.fulfill({ status: 401, json: { code: 'unauthorized', detail: 'Sign in.' } })
          : route.continue();
      });
      await page.route(/\/api\/auth\/refresh$/, async (route: Route) => {
        await held;
        await route.fulfill({ status: 503, body: '' });
      });
      const asked = page.waitForRequest(/\/api\/auth\/refresh$/);
      await chooseLarge();
      await asked;
      // Until the next attempt waits, too.
      await page.waitForTimeout(1000);
      // What another tab says when Ada signs out there, and Bea in.
      await page.evaluate(
        (words) => words.forEach((word) => new BroadcastChannel('access').postMessage(word)),
        [
          { type: 'out', why: 'signed_out' },
          { type: 'in', tokens, user: (await bea.json('GET', '/api/users/me')).body },
        ],
      );
      await page.getByText('Drop your first files here').waitFor();
      const refused = page.waitForResponse(/\/api\/auth\/refresh$/);
      release();
      await refused;
      await page.waitForTimeout(1000);
      expect(sent).toEqual([expect.not.stringContaining(tokens.token)]);
      expect((await bea.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
    });

    it('name no request when a proxy refused them', async () => {
      await page.route(/\/api\/uploads/, (route: Route) => route.fulfill({ status: 501, body: 'no' }));
      await chooseLarge();
      await page.getByRole('heading', { name: '1 upload stopped' }).waitFor();
      expect(await page.locator('.upload-fault').textContent()).toMatch(/^The service answered 501\.?$/);
    });

    describe('while they are being created', () => {
      let created: number;
      let release: () => void;
      beforeEach(async () => {
        created = 0;
        const held = new Promise<void>((done) => (release = done));
        let reach: () => void;
        const reached = new Promise<void>((done) => (reach = done));
        await page.route(/\/api\/uploads$/, async (route: Route) => {
          if (route.request().method() !== 'POST') return route.continue();
          const answer = await route.fetch();
          created++;
          reach();
          await held;
          // A page that has cut the request off takes no answer.
          await route.fulfill({ response: answer }).catch(() => undefined);
        });
        await chooseLarge();
        await reached;
      });

      it('are cancelled, and leave nothing at the service', async () => {
        await page.getByRole('button', { name: 'Cancel large.bin' }).press('Enter');
        await page.getByRole('region', { name: 'Uploads' }).waitFor({ state: 'detached' });
        const ended = page.waitForResponse((answer) => answer.request().method() === 'DELETE');
        release();
        expect((await ended).status()).toBe(204);
        expect((await ada.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
      });

      it('are paused, and go on at the same address', async () => {
        await page.getByRole('button', { name: 'Pause large.bin' }).press('Enter');
        await page.getByText(/^Paused at/).waitFor();
        release();
        await untilTrue(page, 'Object.keys(JSON.parse(localStorage.uploads ?? "{}")).length === 1');
        await page.waitForTimeout(300);
        const [upload] = (await ada.json<{ offset: number }[]>('GET', '/api/uploads')).body;
        expect(upload?.offset).toBe(0);
        await page.getByRole('button', { name: 'Resume large.bin' }).press('Enter');
        await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
        expect(created).toBe(1);
        expect((await ada.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
        expect(await names()).toEqual(['large.bin']);
      });
    });
  });
});
