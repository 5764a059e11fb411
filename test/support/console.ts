import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { complaintsOf, launchBrowser } from './browser.js';
import type { Client } from './client.js';
import { freePort } from './free-port.js';
import { slowDown } from './slow-pages.js';
import { startApp, type TestApp } from './test-app.js';

/** A desk and a phone. */
export const SCREENS = [
  { name: 'a wide screen', width: 1280, height: 800 },
  { name: 'a phone', width: 390, height: 844 },
] as const;

export type Screen = (typeof SCREENS)[number];

export const [WIDE, PHONE] = SCREENS;

/**
 * What the browser tests of a spec share: a service at `http://localhost`, as somebody has who starts it at home, and a browser.
 * No page of it may complain in any test: of an error, of a violated policy, or of a request to another host.
 */
export class ConsoleStage {
  server!: TestApp;
  browser!: Browser;
  /** The origin of the service. */
  url = '';
  readonly #contexts: BrowserContext[] = [];
  readonly #complaints: string[][] = [];

  /** Begins and ends it by the hooks of the spec. @param environment of the service, made before it starts. */
  static set(environment: () => Promise<Record<string, string>> = () => Promise.resolve({})): ConsoleStage {
    const stage = new ConsoleStage();
    beforeAll(async () => stage.#begin(await environment()));
    afterEach(() => stage.#endTest());
    afterAll(async () => {
      await stage.browser?.close();
      await stage.server?.close();
    });
    return stage;
  }

  /** A browser of its own, as on another device, with an empty page. Paths are those of the service. */
  async open({ width, height }: Screen = WIDE, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({
      baseURL: this.url,
      viewport: { width, height },
      reducedMotion: 'reduce',
      ...options,
    });
    this.#contexts.push(context);
    context.on('page', (page) => this.#watch(page));
    await slowDown(context);
    return context.newPage();
  }

  /** What pages have complained of so far, for a test that wants it. Nobody looks at it again. */
  takeComplaints(): string[] {
    return this.#complaints.flatMap((ofPage) => ofPage.splice(0));
  }

  async #begin(environment: Record<string, string>): Promise<void> {
    const port = String(await freePort());
    this.url = `http://localhost:${port}`;
    this.server = await startApp({ PORT: port, PUBLIC_URL: this.url, ...environment });
    this.browser = await launchBrowser();
  }

  async #endTest(): Promise<void> {
    for (const context of this.#contexts.splice(0)) await context.close();
    expect(this.takeComplaints()).toEqual([]);
  }

  #watch(page: Page): void {
    page.setDefaultTimeout(60_000);
    const complaints = complaintsOf(page);
    this.#complaints.push(complaints);
    page.on('request', (request) => {
      // Others are in the page (`blob:`) or parts of the browser, such as its viewer of PDFs.
      if (/^(http|ws)/.test(request.url()) && !request.url().startsWith(this.url))
        complaints.push(`request to ${request.url()}`);
    });
  }
}

/** Signs in by keyboard alone. The page then shows what is at `path`. */
export async function signIn(page: Page, user: Client, path = '/'): Promise<void> {
  await page.goto(path);
  await page.locator('input[name="email"]:focus').waitFor();
  await page.keyboard.type(user.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(user.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Account of/ }).waitFor();
}

/**
 * Does what the page shows before the service has done it, and waits for that.
 * @param method of the request, such as `DELETE`.
 */
export async function answered(page: Page, method: string, act: () => Promise<void>): Promise<void> {
  const answer = page.waitForResponse((response) => response.request().method() === method);
  await act();
  expect((await answer).ok()).toBe(true);
}

/**
 * Waits until an expression is true in the page. The wait of the browser's driver would evaluate it anew as a script of the
 * page, which the policy of the page forbids.
 */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate<unknown>(expression))) await page.waitForTimeout(50);
}

/** What axe finds wrong with the page as it is now, such as `button-name: .upload > button`. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
