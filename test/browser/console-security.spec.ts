import { beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { Session } from '../../src/auth/sessions/session.entity.js';
import { UserAdmin } from '../../src/auth/admin/user-admin.js';
import { Transactions } from '../../src/database/transactions.js';
import { bySystem } from '../../src/events/event-actor.js';
import { addAuthenticator } from '../support/authenticator.js';
import type { Client } from '../support/client.js';
import { answered, axeFindings, ConsoleStage, SCREENS, signIn, untilTrue } from '../support/console.js';

describe('security in the console', () => {
  const stage = ConsoleStage.set();
  let ada: Client;
  let page: Page;
  beforeEach(async () => {
    ada = await stage.server.user();
  });

  it.each(SCREENS)('has room for a long address, on $name', async (screen) => {
    const host = ['b', 'c', 'd'].map((letter) => letter.repeat(57)).join('.');
    const email = `${screen.width}${'a'.repeat(50)}@${host}.org`;
    page = await stage.open(screen);
    const long = await stage.server.user(email);
    await stage.server.app.get(UserAdmin).grantRole(bySystem, long.userId, 'admin');
    const fits = async () => {
      const tooWide = `[...document.querySelectorAll('body *')].filter((e) => {
        const { left, right } = e.getBoundingClientRect();
        return e.checkVisibility() && !e.closest('.who, svg') && (right > innerWidth + 1 || left < -1);
      }).map((e) => e.tagName + '.' + e.className)`;
      expect(await page.evaluate(tooWide)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    };
    await signIn(page, long, '/security');
    await page.getByText(`Who can get into ${email}, and how.`).waitFor();
    await fits();
    await page.getByRole('button', { name: /^Account of/ }).press('Enter');
    await page.locator('.account-mail').getByText(email).waitFor();
    await fits();
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Admin', exact: true }).press('Enter');
    await page.getByRole('cell').getByRole('button', { name: email }).press('Enter');
    await page.getByRole('heading', { name: email }).waitFor();
    await fits();
  });

  it.each(SCREENS)('adds an authenticator app and gives recovery codes, on $name', async (screen) => {
    page = await stage.open(screen);
    await signIn(page, ada, '/security');
    await page.getByText('Your password is all that protects this account.').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add an app' }).click();
    await page.getByRole('heading', { name: 'Add an authenticator app' }).waitFor();
    await page.keyboard.type('Phone');
    await page.keyboard.press('Enter');
    await page.getByAltText('QR code for the authenticator app').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    const secret = await page.locator('.secret code').textContent();
    await page.getByLabel('The code that it shows').fill(new TOTP({ secret: secret! }).generate());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.mouse.click(3, 3);
    expect(await page.locator('.codes li').count()).toBe(10);
    expect(await axeFindings(page)).toEqual([]);
    const printed = page.locator('main h1, main h2, .codes-dialog button').locator('visible=true');
    expect(await printed.count()).toBeGreaterThan(0);
    await page.emulateMedia({ media: 'print' });
    expect([await printed.count(), await page.locator('.codes').isVisible()]).toEqual([1, true]);
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 codes left').waitFor();
    await page.locator('button:focus', { hasText: 'Add an app' }).waitFor();
    expect((await ada.json<{ factors: unknown[] }>('GET', '/api/auth/factors')).body.factors).toMatchObject([
      { type: 'totp', name: 'Phone' },
    ]);
  });

  it.each(SCREENS)('makes a key that signs, and ends all other sessions, on $name', async (screen) => {
    const { publicKey } = generateKeyPairSync('ed25519');
    page = await stage.open(screen);
    await signIn(page, ada, '/security');
    await page.getByRole('button', { name: 'New key' }).press('Enter');
    await page.getByRole('heading', { name: 'New API key' }).waitFor();
    await page.keyboard.type('Signer');
    await page.getByLabel('Upload, change and delete files').press('Space');
    await page.getByText('Sign requests instead of sending a secret').press('Enter');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    await page.getByLabel('Public key (Ed25519, PEM)').fill(pem);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the key' }).press('Enter');
    const id = await page.getByLabel('The id of the key').inputValue();
    expect((await ada.json('GET', '/api/auth/keys')).body).toMatchObject([{ id }]);
    await page.getByRole('button', { name: 'Done' }).press('Enter');
    await page.getByText('signs its requests').waitFor();
    await page.getByText(/^files:read, files:write; not used yet/).waitFor();
    await page.getByText(id, { exact: true }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);

    await page.getByRole('button', { name: 'Sign out all others' }).press('Enter');
    await page.getByRole('button', { name: 'Sign them out?' }).press('Enter');
    await page.getByText('All other devices were signed out.').waitFor();
    await page.getByRole('button', { name: 'Sign out all others' }).waitFor({ state: 'detached' });
    expect((await ada.json('GET', '/api/users/me')).status).toBe(401);
  });

  it('never says that there is nothing before it knows', async () => {
    await ada.json('POST', '/api/auth/keys', { name: 'Nightly backup', scopes: ['files:read'] });
    page = await stage.open();
    await page.addInitScript(`
      new MutationObserver(() => {
        if (document.body?.textContent.includes('No program has a key.')) window.saidNothing = true;
      }).observe(document, { childList: true, subtree: true });`);
    await signIn(page, ada, '/security');
    await page.getByText('Nightly backup').waitFor();
    expect(await page.evaluate('window.saidNothing')).toBeUndefined();
    await page.getByRole('button', { name: 'Revoke Nightly backup' }).press('Enter');
    await page.getByRole('button', { name: 'Revoke it?' }).press('Enter');
    await untilTrue(page, 'window.saidNothing');
  });

  it.each(SCREENS)('makes a key, ends a session, and changes the password, on $name', async (screen) => {
    page = await stage.open(screen);
    await signIn(page, ada, '/security');
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('heading', { name: 'New API key' }).waitFor();
    await page.keyboard.type('Nightly backup');
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const secret = await page.getByLabel('The key', { exact: true }).inputValue();
    const program = stage.server.client();
    program.token = secret;
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.mouse.click(3, 3);
    expect(await page.getByLabel('The key', { exact: true }).inputValue()).toBe(secret);
    await page.getByRole('button', { name: 'I have kept it' }).click();
    await page.getByRole('button', { name: 'Revoke Nightly backup' }).dblclick();
    await page.getByRole('button', { name: 'Revoke it?' }).waitFor();
    expect((await program.json('GET', '/api/files')).status).toBe(200);
    const confirm = page.getByRole('button', { name: 'Revoke it?' });
    await answered(page, 'DELETE', () => confirm.click());
    await page.getByText('No program has a key.').waitFor();
    expect((await program.json('GET', '/api/files')).status).toBe(401);

    await page.getByRole('button', { name: /^Sign out .* at 127\.0\.0\.1$/ }).click();
    await page.getByText(/was signed out\.$/).waitFor();
    expect((await ada.json('GET', '/api/users/me')).status).toBe(401);

    await page.getByLabel('Current password').fill('not the password');
    await page.getByLabel('New password').fill('another long passphrase');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/password/i)
      .waitFor();
    await page.getByLabel('Current password').fill(ada.password);
    await page.keyboard.press('Enter');
    await page.getByText('Your password was changed.').waitFor();
    expect((await stage.server.client().signIn(ada.email, 'another long passphrase')).status).toBe(200);
  });

  it('tells what is wrong with a field once, in words for people', async () => {
    page = await stage.open();
    await signIn(page, ada, '/security');
    await page.getByLabel('Current password').fill(ada.password);
    await page.getByLabel('New password').fill('password123');
    await page.keyboard.press('Enter');
    const words = page.getByText('New password is one of the most common ones', { exact: false });
    await words.waitFor();
    expect(await words.count()).toBe(1);

    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByLabel('Name', { exact: true }).last().fill('Signer');
    await page.getByLabel('List and download files').uncheck();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Choose at least one thing that it may do.').waitFor();
    await page.getByLabel('List and download files').check();
    await page.getByText('Sign requests instead of sending a secret').click();
    await page.getByLabel('Public key (Ed25519, PEM)').fill('no key');
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page
      .getByRole('alert')
      .getByText(/^Public key must be/)
      .waitFor();
  });

  it('says so when the confirmation is declined', async () => {
    const { app } = await addAuthenticator(ada);
    page = await stage.open();
    await page.goto('/security');
    await page.getByLabel('E-mail').fill(ada.email);
    await page.getByLabel('Password').fill(ada.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    await page.keyboard.type(app.next());
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Security', level: 1 }).waitFor();
    await stage.server.app
      .get(Transactions)
      .run((tx) => tx.update(Session, { userId: ada.userId }, { confirmedAt: null }));
    await page.getByRole('button', { name: 'New codes' }).press('Enter');
    await page.getByRole('button', { name: 'End the old ones?' }).press('Enter');
    await page.getByRole('heading', { name: 'Is it you?' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Nothing was changed.').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('begins an app once more when another tab has begun one', async () => {
    page = await stage.open();
    await signIn(page, ada, '/security');
    await page.getByRole('button', { name: 'Add an app' }).click();
    await page.getByLabel('Name of the device').fill('Phone');
    await page.keyboard.press('Enter');
    const secret = await page.locator('.secret code').textContent();
    await ada.json('POST', '/api/auth/factors/totp', { name: 'Other' });
    await page.getByLabel('The code that it shows').fill(new TOTP({ secret: secret! }).generate());
    await page.keyboard.press('Enter');
    await page.getByText('That picture is not good any more').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByAltText('QR code for the authenticator app').waitFor();
    expect(await page.locator('.secret code').textContent()).not.toBe(secret);
  });

  it('keeps a new name when an answer from before it arrives late', async () => {
    page = await stage.open();
    await signIn(page, ada, '/trash');
    await page.getByText('The trash is empty').waitFor();
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    let readings = 0;
    await page.route('**/api/users/me', async (route) => {
      if (route.request().method() !== 'GET' || ++readings > 1) return route.continue();
      const response = await route.fetch();
      await held;
      await route.fulfill({ response });
    });
    await page.getByRole('link', { name: 'Security' }).press('Enter');
    await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
    await answered(page, 'PATCH', () => page.keyboard.press('Enter'));
    const account = page.getByRole('button', { name: 'Account of Ada Lovelace' });
    await account.waitFor();
    const again = page.waitForRequest('**/api/users/me');
    release();
    await (await again).response();
    expect(await account.count()).toBe(1);
  });

  it.each(SCREENS)('changes the name, and deletes the account, on $name', async (screen) => {
    page = await stage.open(screen);
    await signIn(page, ada, '/security');
    await page.getByLabel('Name', { exact: true }).fill('Ada Lovelace');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account of Ada Lovelace' }).waitFor();
    expect((await ada.json<{ name: string }>('GET', '/api/users/me')).body.name).toBe('Ada Lovelace');
    await page.getByLabel('New e-mail').fill('ada@lovelace.example');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('This service sends no mail.').waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await page.getByRole('button', { name: 'Delete the account' }).click();
    await page.keyboard.type('not the password');
    await page.keyboard.press('Enter');
    await page
      .getByRole('alert')
      .getByText(/password/i)
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByLabel('Your password').fill(ada.password);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect((await stage.server.client().signIn(ada.email, ada.password)).status).toBe(401);
  });
});
