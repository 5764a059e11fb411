import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { addAuthenticator } from '../support/authenticator.js';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, type Screen, SCREENS, signIn, WIDE } from '../support/console.js';

describe('the way into the console', () => {
  const stage = ConsoleStage.set();
  let ada: Client;
  let page: Page;
  beforeEach(async () => void (ada = await stage.server.user()));
  const open = async (screen: Screen = WIDE) => void (page = await stage.open(screen));
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  it.each(SCREENS)('is a registration by keyboard alone, on $name', async (screen) => {
    await open(screen);
    await page.goto('/');
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
    await page.goto('/trash');
    await page.getByLabel('E-mail').fill(ada.email);
    await page.getByLabel('Password').fill('not the password');
    await page.keyboard.press('Enter');
    await page.getByText('E-mail or password is wrong.').waitFor();
    await page.getByLabel('Password').fill(ada.password);
    await page.keyboard.press('Enter');
    await heading('Trash');
  });

  it.each(SCREENS)('asks for the second factor, a code or a recovery code, on $name', async (screen) => {
    const { app, recoveryCodes } = await addAuthenticator(ada);
    await open(screen);
    const begin = async () => {
      await page.goto('/');
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

  it('takes an address with a slash at its end, or in other letters, and leads from one without a page to the files', async () => {
    await open();
    await signIn(page, ada);
    for (const [typed, path, name] of [
      ['/Activity/', '/activity', 'Activity'],
      ['/TRASH', '/trash', 'Trash'],
      ['/sign-in', '/', 'Files'],
      ['/admin', '/', 'Files'],
    ]) {
      await page.goto(typed!);
      await page.getByRole('heading', { name: name!, exact: true, level: 1 }).waitFor();
      expect(new URL(page.url()).pathname).toBe(path);
    }
  });

  it('says when no mail can be sent', async () => {
    await open();
    await page.goto('/forgot');
    await page.getByLabel('E-mail').fill(ada.email);
    await page.keyboard.press('Enter');
    await page.getByText('This service sends no mail.').waitFor();
  });

  it('keeps no token where scripts can read it after the page', async () => {
    await open();
    await signIn(page, ada);
    const kept = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    );
    expect(kept).not.toMatch(/eyJ|rt_/);
    const [cookie] = await page.context().cookies(`${stage.url}/api/auth/refresh`);
    expect(cookie).toMatchObject({
      name: 'console_refresh',
      httpOnly: true,
      sameSite: 'Strict',
      secure: false,
    });
    expect(await page.context().cookies(`${stage.url}/api/files`)).toEqual([]);
  });

  it('keeps five tabs signed in, and a sign-out in one ends all', async () => {
    await open();
    await signIn(page, ada);
    const tabs = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const tab = await page.context().newPage();
        await tab.goto('/');
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

  it.each(SCREENS)('is shown again when the session was ended elsewhere, on $name', async (screen) => {
    await open(screen);
    await signIn(page, ada);
    // All that the page asks for at first is answered: it notices the end at the next click.
    await page.getByText('Drop your first files here').waitFor();
    await ada.json('DELETE', '/api/auth/sessions');
    await page.getByRole('link', { name: 'Trash' }).click();
    await page.getByText('You were signed out, here or on another device.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  it.each(SCREENS)('tells what happened, as sentences with the entry behind, on $name', async (screen) => {
    await ada.upload('x', { name: 'a.txt' });
    await open(screen);
    await signIn(page, ada, '/activity');
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
    // Without a reload.
    await ada.upload('xy', { name: 'b.txt' });
    await page.getByText('Uploaded “b.txt” (2 B)').waitFor();
    await page.getByRole('radio', { name: 'Sign-ins' }).check();
    await page.getByText('Uploaded “a.txt” (1 B)').waitFor({ state: 'detached' });
  });

  it.each(SCREENS)(
    'shows that there is no connection, and goes on when there is, on $name',
    async (screen) => {
      await open(screen);
      await signIn(page, ada, '/trash');
      await page.getByText('The trash is empty').waitFor();
      await page.getByRole('link', { name: 'Files' }).last().click();
      await heading('Files');
      await page.context().setOffline(true);
      await page.getByText('No connection to the service.').waitFor();
      await page.getByRole('link', { name: 'Trash' }).click();
      await page.getByRole('heading', { name: 'No connection' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.context().setOffline(false);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('The trash is empty').waitFor();
      expect(await page.getByText('No connection to the service.').isVisible()).toBe(false);
    },
  );
});

describe('five tabs of the console', () => {
  const TAB_COUNT = 5;
  const stage = ConsoleStage.set(() => Promise.resolve({ JWT_TTL: '4s' }));

  it('stay signed in when their token has ended, and are told when another device ends the session', async () => {
    const ada = await stage.server.user();
    const first = await stage.open();
    await signIn(first, ada);
    const tabs = [first];
    while (tabs.length < TAB_COUNT) {
      const tab = await first.context().newPage();
      await tab.goto('/');
      await tab.getByRole('heading', { name: 'Files', exact: true }).waitFor();
      tabs.push(tab);
    }
    await first.waitForTimeout(4500);
    await Promise.all(
      tabs.map(async (tab) => {
        await tab.getByRole('link', { name: 'Trash' }).click();
        await tab.getByText('The trash is empty').waitFor();
      }),
    );
    const other = stage.server.client();
    other.token = (await other.signIn(ada.email, ada.password)).body.token;
    expect((await other.json('DELETE', '/api/auth/sessions')).status).toBe(204);
    await first.getByRole('link', { name: 'Links' }).click();
    for (const tab of tabs) await tab.getByText('You were signed out, here or on another device.').waitFor();
  });
});
