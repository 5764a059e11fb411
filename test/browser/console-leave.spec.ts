import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ConsoleStage, signIn } from '../support/console.js';
import type { Client } from '../support/client.js';

const HELD_MS = 3000;

/** One user leaves in another tab, and another user comes: nothing of the first is shown, or done as the second. */
describe('another user in another tab', () => {
  const stage = ConsoleStage.set();
  let first: Client;
  let second: Client;
  let page: Page;

  beforeEach(async () => {
    first = await stage.server.user();
    second = await stage.server.user();
    page = await stage.open();
  });

  async function change(): Promise<void> {
    const tab = await page.context().newPage();
    await tab.goto('/');
    await tab.getByRole('button', { name: /^Account of/ }).click();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(tab, second);
    await page.getByRole('button', { name: `Account of ${second.email}` }).waitFor();
  }

  const nameOf = async (user: Client) =>
    (await user.json<{ name: string | null }>('GET', '/api/users/me')).body.name;

  it('finds neither the question nor the words for the first one', async () => {
    await first.upload('x', { name: 'of-the-first.txt' });
    await signIn(page, first, '/');
    await page.getByRole('button', { name: 'More for of-the-first.txt' }).click();
    await page.getByRole('button', { name: 'Move to the trash' }).click();
    await page.getByText('“of-the-first.txt” is in the trash.').waitFor();
    await page.route('**/api/users/me/email', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        json: {
          type: 'about:blank',
          title: 'Forbidden',
          status: 403,
          detail: 'Confirm who you are.',
          code: 'confirmation_required',
          request_id: 'r',
          methods: ['password'],
        },
      }),
    );
    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByLabel('New e-mail').fill('other@example.org');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Is it you?' }).waitFor();
    await change();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.getByText('of-the-first.txt').count()).toBe(0);
    stage.takeComplaints();
  });

  it('does not get the change that the first one made at the last moment', async () => {
    await signIn(page, first, '/security');
    const sent: number[] = [];
    page.on('response', (answer) => {
      if (answer.request().method() === 'PATCH') sent.push(answer.status());
    });
    await page.route('**/api/users/me', async (route) => {
      if (route.request().method() === 'PATCH') await new Promise((resolve) => setTimeout(resolve, HELD_MS));
      await route.continue();
    });
    await page.getByLabel('Name', { exact: true }).fill('Name of the first');
    await page.keyboard.press('Enter');
    await change();
    await page.waitForTimeout(HELD_MS + 1000);
    expect(sent).toEqual([401]);
    expect(await nameOf(second)).toBeNull();
    stage.takeComplaints();
  });
});
