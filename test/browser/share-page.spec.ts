import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { ConsoleStage, WIDE } from '../support/console.js';
import { environmentOf, type S3Server, startS3 } from '../support/s3-server.js';
import { openShare, pathOf, share, type ShareBody } from '../support/shares.js';
import { startApp, type TestApp } from '../support/test-app.js';

/** Uses the page of a link in a real browser, with its own content security policy. */
describe('the page of a link, in a browser', () => {
  const stage = ConsoleStage.set();
  let owner: Client;
  let page: Page;
  /** What a script has said. */
  let ran: string[];
  let hosts: Set<string>;

  beforeAll(async () => {
    owner = await stage.server.user();
  });
  beforeEach(() => open());
  afterEach(() => expect(ran).toEqual([]));

  /** A new window. */
  async function open(options: BrowserContextOptions = {}): Promise<void> {
    page = await stage.open(WIDE, options);
    ran = [];
    hosts = new Set();
    page.on('dialog', (dialog) => {
      ran.push(dialog.message());
      void dialog.dismiss();
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
  }

  const upload = async (bytes: string, name: string, type = 'text/plain') =>
    (await owner.upload(bytes, { name, type })).body.id;
  const visit = (link: ShareBody, at = stage.url) => page.goto(`${at}/s/${link.token}`);
  async function saved(press: () => Promise<void>): Promise<{ name: string; bytes: string }> {
    const download = page.waitForEvent('download');
    await press();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path(), 'utf8') };
  }
  const press = () => page.getByRole('button', { name: 'Download' }).click();

  it('downloads with one click, without JavaScript too', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await open({ javaScriptEnabled });
      const link = (await share(owner, await upload('shared', 'für "Ada".txt'))).body;
      await visit(link);
      expect(await page.getByRole('heading').innerText()).toBe('für "Ada".txt');
      expect(await saved(press)).toEqual({ name: 'für _Ada_.txt', bytes: 'shared' });
      expect([...hosts]).toEqual([new URL(stage.url).host]);
    }
  });

  it('asks again after a wrong password, and downloads with the right one', async () => {
    const link = (await share(owner, await upload('secret', 'plan.txt'), { password: 'sésame' })).body;
    await visit(link);
    const field = page.getByLabel('Password');
    await field.fill('wrong');
    await press();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toBe('This password is wrong.');
    await field.fill('sésame');
    expect(await saved(() => field.press('Enter'))).toEqual({ name: 'plan.txt', bytes: 'secret' });
    expect([...hosts]).toEqual([new URL(stage.url).host]);
    const trail = await owner.trail(`&resource=${link.id}`);
    expect(trail.map(({ action }) => action)).toEqual(['SHARE_OPEN', 'SHARE_DENIED', 'SHARE_CREATE']);
    expect(trail[0]!.user_agent).toContain('Chrome');
  });

  it('shows a quiet page for a link that opens nothing', async () => {
    const answer = await page.goto(`${stage.url}/s/${'x'.repeat(43)}`);
    expect(answer!.status()).toBe(404);
    expect(await page.getByRole('heading').innerText()).toBe('This link opens nothing');
    expect(await page.getByRole('button').count()).toBe(0);
  });

  it('shows any name as text, and fits a narrow window', async () => {
    const name = `<img src=x onerror=alert(1)>'"&amp;${'long'.repeat(45)}`;
    const id = await upload('bytes', 'a.txt');
    await owner.json('PATCH', `/api/files/${id}`, { name });
    await open({ viewport: { width: 390, height: 800 }, colorScheme: 'dark' });
    await visit((await share(owner, id)).body);
    expect(await page.getByRole('heading').innerText()).toBe(name);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(16, 20, 27)');
  });

  it.each([
    ['<script>document.title = "ran"; alert(1)</script>', 'page.html', 'text/html'],
    [
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>',
      'image.svg',
      'image/svg+xml',
    ],
  ])('never runs a shared file: %s', async (bytes, name, type) => {
    const link = (await share(owner, await upload(bytes, name, type))).body;
    const grant = (await openShare(stage.server.client(), link.token)).body;
    const address = stage.url + pathOf(grant);
    const opened = await saved(() =>
      page.goto(address).then(
        () => undefined,
        () => undefined,
      ),
    );
    expect(opened).toEqual({ name, bytes });
    // Nor does a page that embeds it. What the browser says of these attempts is wanted.
    await page.setContent(
      `<title>calm</title><iframe src="${address}"></iframe><object data="${address}"></object>` +
        `<embed src="${address}"><img src="${address}"><script src="${address}"></script>`,
    );
    await page.waitForTimeout(500);
    expect([await page.title(), ran]).toEqual(['calm', []]);
    stage.takeComplaints();
  });

  it('may be framed by no page', async () => {
    const link = (await share(owner, await upload('x', 'x.txt'))).body;
    await page.setContent(`<iframe src="${stage.url}/s/${link.token}"></iframe>`);
    await page.waitForTimeout(300);
    expect(stage.takeComplaints().join()).toContain('frame-ancestors');
  });

  describe('when the bucket sends the bytes', () => {
    let s3: S3Server;
    let redirecting: TestApp;
    beforeAll(async () => {
      s3 = await startS3();
      const environment = environmentOf(await s3.bucket());
      redirecting = await startApp({ ...environment, DOWNLOAD_OFFLOAD: 'presigned' });
    });
    afterAll(async () => {
      await redirecting?.close();
      await s3?.stop();
    });

    it('downloads from there', async () => {
      const client = await redirecting.user();
      const { id } = (await client.upload('from the bucket', { name: 'plan.txt' })).body;
      await visit((await share(client, id)).body, redirecting.url);
      // The test bucket does not send the name that it is told.
      expect((await saved(press)).bytes).toBe('from the bucket');
      // Other hosts are wanted here.
      expect(hosts.size).toBe(2);
      stage.takeComplaints();
    });
  });
});
