import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { SessionsService } from '../../src/auth/sessions/sessions.service.js';
import { Transactions } from '../../src/database/transactions.js';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, SCREENS, signIn } from '../support/console.js';
import { VirtualAuthenticator } from '../support/virtual-authenticator.js';

describe.each(SCREENS)('passkeys in the console, on $name', (screen) => {
  const stage = ConsoleStage.set();
  let ada: Client;
  let page: Page;
  let authenticator: VirtualAuthenticator;
  beforeEach(async () => {
    ada = await stage.server.user();
    page = await stage.open(screen);
    authenticator = await VirtualAuthenticator.of(page);
    await signIn(page, ada, '/security');
    await page.getByText('Your password is all that protects this account.').waitFor();
  });

  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
  const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');

  /** Names a new passkey by keyboard. @returns when the service has it. */
  async function add(name: string): Promise<void> {
    await press('Add a passkey');
    await heading('Add a passkey');
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
  }

  async function addFirst(): Promise<void> {
    await add('Laptop');
    await heading('Keep these recovery codes');
    await press('I have kept them');
    await page.getByText('Passkey, not used yet').waitFor();
  }

  async function signOut(): Promise<void> {
    await page.getByRole('button', { name: /^Account of/ }).press('Enter');
    await press('Sign out');
    await heading('Sign in');
  }

  it('are added with recovery codes, and sign in alone', async () => {
    await press('Add a passkey');
    await heading('Add a passkey');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.type('Laptop');
    await page.keyboard.press('Enter');
    await heading('Keep these recovery codes');
    expect(await page.locator('.codes li').count()).toBe(10);
    await press('I have kept them');
    await page.getByText('Passkey, not used yet').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    expect(await authenticator.count()).toBe(1);

    await signOut();
    await press('Sign in with a passkey');
    await page.getByText('Passkey, used this minute').waitFor();
    expect(new URL(page.url()).pathname).toBe('/security');
  });

  it('are the second factor after the password', async () => {
    await addFirst();
    await signOut();
    await page.getByLabel('E-mail').fill(ada.email);
    await page.getByLabel('Password').fill(ada.password);
    await page.keyboard.press('Enter');
    await heading('One more step');
    await page.getByText('Use your passkey, or enter one of your recovery codes.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    // It has the focus.
    await page.locator('button:focus', { hasText: 'Use a passkey' }).waitFor();
    await page.keyboard.press('Enter');
    await heading('Security');
  });

  it('say so when the device does not know its user, or has one already', async () => {
    await addFirst();
    await add('Laptop again');
    await page.getByText('This device has a passkey for your account already.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await signOut();
    await authenticator.setVerified(false);
    await press('Sign in with a passkey');
    await page.getByText('No passkey was used. Try again, or choose another way.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await authenticator.setVerified(true);
    await press('Sign in with a passkey');
    await heading('Security');
  });

  it('confirm that it is you, and are removed', async () => {
    await addFirst();
    const { app } = stage.server;
    const sessions = app.get(SessionsService);
    await app.get(Transactions).run((tx) => sessions.endConfirmations(tx, ada.userId, ''));
    await press('Remove Laptop');
    await page.getByRole('button', { name: 'Remove it?' }).press('Enter');
    await heading('Is it you?');
    expect(await axeFindings(page)).toEqual([]);
    await press('Confirm with a passkey');
    await page.getByText('“Laptop” opens nothing any more.').waitFor();
    await page.getByText('Your password is all that protects this account.').waitFor();
    expect((await ada.json<{ factors: unknown[] }>('GET', '/api/auth/factors')).body.factors).toEqual([]);

    await signOut();
    await press('Sign in with a passkey');
    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });
});
