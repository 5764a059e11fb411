import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { addAuthenticator } from '../support/authenticator.js';
import { launchBrowser } from '../support/browser.js';
import type { Client } from '../support/client.js';
import { axeFindings, SCREENS, signIn, type Visit, visit } from '../support/console.js';
import { startApp, type TestApp } from '../support/test-app.js';

const [WIDE] = SCREENS;

describe('the way into the console', () => {
  let server: TestApp;
  let browser: Browser;
  let ada: Client;
  let now: Visit;
  let page: Page;
  beforeAll(async () => {
    server = await startApp();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => void (ada = await server.user()));
  afterEach(async () => {
    await now.context.close();
    expect(now.complaints).toEqual([]);
  });
  const open = async (screen = WIDE as (typeof SCREENS)[number]) => {
    now = await visit(browser, server, screen);
    page = now.page;
  };
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  it.each(SCREENS)('is a registration by keyboard alone, on $name', async (screen) => {
    await open(screen);
    await page.goto(server.url);
    await heading('Sign in');
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('link', { name: 'Make an account' }).press('Enter');
    await heading('Make your account');
    await page.keyboard.type(`new-${screen.width}@example.org`);
    await page.keyboard.press('Tab');
    await page.keyboard.type('password123');
    await page.keyboard.press('Enter');
    await page.getByText('Password is one of the most common ones.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Password').fill('a long enough passphrase');
    await page.keyboard.press('Enter');
    await heading('Files');
    expect(new URL(page.url()).pathname).toBe('/');
  });

  it('says what is wrong with a password, and stays at the address that was asked for', async () => {
    await open();
    await page.goto(`${server.url}/trash`);
    await page.getByLabel('E-mail').fill(ada.email);
    await page.getByLabel('Password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('E-mail or password is wrong.').waitFor();
    await page.getByLabel('Password').fill(ada.password);
    await page.keyboard.press('Enter');
    await heading('Trash');
  });

  it('asks for the second factor, a code or a recovery code', async () => {
    const { app, recoveryCodes } = await addAuthenticator(ada);
    await open();
    const begin = async () => {
      await page.goto(server.url);
      await page.getByLabel('E-mail').fill(ada.email);
      await page.getByLabel('Password').fill(ada.password);
      await page.keyboard.press('Enter');
      await heading('One more step');
    };
    await begin();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type(app.wrong());
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('code').waitFor();
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(recoveryCodes[0]!);
    await page.keyboard.press('Enter');
    await heading('Files');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in');
    await begin();
    await page.keyboard.type(app.next());
    await page.keyboard.press('Enter');
    await heading('Files');
  });

  it('says when no mail can be sent', async () => {
    await open();
    await page.goto(`${server.url}/forgot`);
    await page.getByLabel('E-mail').fill(ada.email);
    await page.keyboard.press('Enter');
    await page.getByText('This service sends no mail.').waitFor();
  });

  it('keeps no token where scripts can read it after the page', async () => {
    await open();
    await signIn(page, server, ada);
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(kept).not.toMatch(/eyJ|rt_/);
    const [cookie] = await now.context.cookies(`${server.url}/api/auth/refresh`);
    expect(cookie).toMatchObject({
      name: 'console_refresh',
      httpOnly: true,
      sameSite: 'Strict',
      secure: false,
    });
    expect(await now.context.cookies(`${server.url}/api/files`)).toEqual([]);
  });

  it('keeps five tabs signed in, and a sign-out in one ends all', async () => {
    await open();
    await signIn(page, server, ada);
    const tabs = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const tab = await now.context.newPage();
        await tab.goto(server.url);
        return tab;
      }),
    );
    for (const tab of tabs) await tab.getByRole('heading', { name: 'Files', exact: true }).waitFor();
    await page.reload();
    await heading('Files');
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    for (const tab of [page, ...tabs]) await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.reload();
    await heading('Sign in');
    expect((await ada.json<unknown[]>('GET', '/api/auth/sessions')).body).toHaveLength(1);
  });

  it('is shown again when the session was ended elsewhere', async () => {
    await open();
    await signIn(page, server, ada);
    await ada.json('DELETE', '/api/auth/sessions');
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByText('You were signed out, here or on another device.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it('tells what happened, as sentences with the entry behind them', async () => {
    await ada.upload('x', { name: 'a.txt' });
    await open();
    await signIn(page, server, ada, '/activity');
    await page.getByText('Uploaded “a.txt” (1 B)').waitFor();
    await page
      .getByText(/^Signed in with Chrome/)
      .first()
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Uploaded “a.txt” (1 B)' }).click();
    await page.getByRole('dialog').getByText('"action": "FILE_UPLOAD"').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('radio', { name: 'Sign-ins' }).check();
    await page.getByText('Uploaded “a.txt” (1 B)').waitFor({ state: 'detached' });
  });

  it('shows that there is no connection, and goes on when there is', async () => {
    await open();
    await signIn(page, server, ada, '/trash');
    await page.getByText('The trash is empty').waitFor();
    await page.getByRole('link', { name: 'Files' }).last().click();
    await heading('Files');
    await now.context.setOffline(true);
    await page.getByText('No connection to the service.').waitFor();
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByRole('heading', { name: 'No connection' }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await now.context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The trash is empty').waitFor();
    expect(await page.getByText('No connection to the service.').isVisible()).toBe(false);
  });
});
