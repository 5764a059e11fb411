import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ResetLinks } from '../../src/auth/recovery/reset-links.js';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, SCREENS, signIn } from '../support/console.js';
import { Mailbox, tokenIn } from '../support/mailbox.js';

/** Opens what mails and invitations link to, in a real browser. */
describe('the pages behind links, in a browser', () => {
  let mailbox: Mailbox;
  const stage = ConsoleStage.set(async () => {
    mailbox = await Mailbox.open();
    return { ...mailbox.environment, REGISTRATION: 'open' };
  });
  let ada: Client;
  let page: Page;

  afterAll(() => mailbox?.close());
  beforeEach(async () => {
    ada = await stage.server.user();
    page = await stage.open();
  });

  it('set a new password, say what is wrong, and leave no token in the address', async () => {
    const { hash } = new URL(await stage.server.app.get(ResetLinks).make(ada.email));
    await page.goto(`/reset${hash}`);
    await page.getByLabel('New password').fill('password123');
    await page.getByRole('button').click();
    await page.getByText('one of the most common ones').waitFor();
    await page.getByLabel('New password').fill('a completely new passphrase');
    await page.getByRole('button').click();
    await page.getByRole('heading', { name: 'Your password was changed' }).waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect((await ada.signIn(ada.email, 'a completely new passphrase')).status).toBe(200);
    await page.goto('about:blank');
    await page.goto(`/reset${hash}`);
    await page.getByLabel('New password').fill('yet another passphrase');
    await page.keyboard.press('Enter');
    await page.getByText('This link was used, or its time is over.').waitFor();
  });

  it('take the link that is opened in the tab of an older one', async () => {
    const { hash } = new URL(await stage.server.app.get(ResetLinks).make(ada.email));
    const open = async (token: string) => {
      await page.goto(`/reset${token}`);
      await page.getByLabel('New password').fill('a completely new passphrase');
      await page.keyboard.press('Enter');
    };
    await open(`#token=${'A'.repeat(43)}`);
    await page.getByText('This link was used, or its time is over.').waitFor();
    await open(hash);
    await page.getByRole('heading', { name: 'Your password was changed' }).waitFor();
  });

  it('confirm an address only when the button is pressed', async () => {
    await ada.json('POST', '/api/auth/email-verification');
    const token = tokenIn(await mailbox.received(ada.email));
    await page.goto(`/verify#token=${token}`);
    expect((await ada.json('GET', '/api/users/me')).body.email_verified).toBe(false);
    await page.getByRole('button', { name: 'Confirm the address' }).click();
    await page.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
    expect((await ada.json('GET', '/api/users/me')).body.email_verified).toBe(true);
  });

  describe.each(SCREENS)('on $name', (screen) => {
    beforeEach(async () => void (page = await stage.open(screen)));
    const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

    it('make the account of somebody who was invited, by keyboard alone', async () => {
      const admin = await stage.server.userWithRole('admin');
      const { body } = await admin.json<{ token: string }>('POST', '/api/admin/invitations', {});
      await page.goto(`/register#token=${body.token}`);
      await page.reload();
      await page.getByText('You were invited. Choose how you want to sign in.').waitFor();
      expect(page.url()).toBe(`${stage.url}/register`);
      await page.locator('input[name="email"]:focus').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      const email = `guest-${screen.width}@example.org`;
      await page.keyboard.type(email);
      await page.keyboard.press('Tab');
      await page.keyboard.type('a long enough passphrase');
      await page.keyboard.press('Enter');
      await heading('Files');
      expect(page.url()).toBe(`${stage.url}/`);
      expect((await stage.server.client().signIn(email, 'a long enough passphrase')).status).toBe(200);
    });

    it('ask who is signed in before an invitation makes another account', async () => {
      const admin = await stage.server.userWithRole('admin');
      const { body } = await admin.json<{ token: string }>('POST', '/api/admin/invitations', {});
      await page.goto('/');
      await signIn(page, ada);
      await page.goto(`/register#token=${body.token}`);
      await heading('You have an account already');
      await page.getByText(`You are signed in as ${ada.email}.`).waitFor();
      expect([page.url(), await page.title()]).toEqual([`${stage.url}/register`, 'Invitation · Files']);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Go to my files' }).press('Enter');
      await heading('Files');
      expect(page.url()).toBe(`${stage.url}/`);

      await page.goto(`/register#token=${body.token}`);
      await page.getByRole('button', { name: 'Sign out and use it' }).press('Enter');
      await heading('Make your account');
      await page.getByText('You were invited. Choose how you want to sign in.').waitFor();
      const email = `second-${screen.width}@example.org`;
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill('a long enough passphrase');
      await page.keyboard.press('Enter');
      await heading('Files');
      await page.getByRole('button', { name: `Account of ${email}` }).waitFor();
    });

    it('bring somebody who forgot the password back in, by keyboard alone', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Forgot your password?' }).press('Enter');
      await heading('Forgot your password?');
      await page.locator('input[name="email"]:focus').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.type(ada.email);
      await page.keyboard.press('Enter');
      await heading('Look into your mail');
      expect(await axeFindings(page)).toEqual([]);
      const token = tokenIn(await mailbox.received(ada.email));
      await page.goto(`/reset#token=${token}`);
      await page.getByLabel('New password').press('a');
      await page.keyboard.type(' completely new passphrase');
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await heading('Your password was changed');
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('link', { name: 'Go to your files' }).press('Enter');
      await page.locator('input[name="email"]:focus').waitFor();
      await page.keyboard.type(ada.email);
      await page.keyboard.press('Tab');
      await page.keyboard.type('a completely new passphrase');
      await page.keyboard.press('Enter');
      await heading('Files');
    });

    it('verify an address and change it, as asked for on the page Security', async () => {
      await signIn(page, ada, '/security');
      await page.getByText('not verified', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Send me a link to verify it' }).press('Enter');
      await page.getByText(`A link was sent to ${ada.email}.`).waitFor();
      // The first told of the sign-in.
      const verify = tokenIn(await mailbox.received(ada.email, 2));
      await page.goto(`/verify#token=${verify}`);
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Confirm the address' }).press('Enter');
      await heading('Your address is confirmed');
      expect(await axeFindings(page)).toEqual([]);

      await page.goto('/security');
      await page.getByText('verified', { exact: true }).waitFor();
      const next = `ada-${screen.width}@lovelace.example`;
      await page.getByLabel('New e-mail').fill(next);
      await page.keyboard.press('Enter');
      await page.getByText(`Open the link that was sent to ${next}: then it is your e-mail.`).waitFor();
      await page.goto(`/verify#token=${tokenIn(await mailbox.received(next))}`);
      await page.getByRole('button', { name: 'Confirm the address' }).press('Enter');
      await heading('Your address is confirmed');
      expect((await stage.server.client().signIn(next, ada.password)).status).toBe(200);
    });
  });

  it('say so when the address is not complete', async () => {
    await page.goto(`/reset`);
    await page.getByText('This address is not complete.').waitFor();
    expect(await page.getByRole('button').isVisible()).toBe(false);
  });

  it('have headers that keep everything else out', async () => {
    const response = await fetch(`${stage.url}/reset`);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
