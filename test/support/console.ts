import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { complaintsOf } from './browser.js';
import type { Client } from './client.js';
import type { TestApp } from './test-app.js';

/** A desk and a phone. */
export const SCREENS = [
  { name: 'a wide screen', width: 1280, height: 800 },
  { name: 'a phone', width: 390, height: 844 },
] as const;

export type Screen = (typeof SCREENS)[number];

/** A visit to the console. What a page must not do is in `complaints`: errors, violated policies, requests to other hosts. */
export interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
}

export async function visit(browser: Browser, server: TestApp, { width, height }: Screen): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints = complaintsOf(page);
  page.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.url))
      complaints.push(`request to ${request.url()}`);
  });
  return { context, page, complaints };
}

/** Signs in by keyboard alone. The page then shows what is at `path`. */
export async function signIn(page: Page, server: TestApp, user: Client, path = '/'): Promise<void> {
  await page.goto(server.url + path);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.keyboard.type(user.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(user.password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Account of/ }).waitFor();
}

/** What axe finds wrong with the page as it is now, such as `button-name: .upload > button`. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}
