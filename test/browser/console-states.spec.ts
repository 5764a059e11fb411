import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, PHONE, SCREENS, signIn } from '../support/console.js';
import { refuseWrites } from '../support/refuse-writes.js';

describe.each(SCREENS)('the console, on $name', (screen) => {
  const stage = ConsoleStage.set(() => Promise.resolve({ QUOTA_BYTES_PER_USER: '100000' }));
  let ada: Client;
  let page: Page;
  beforeEach(async () => {
    ada = await stage.server.user();
    page = await stage.open(screen);
  });

  const go = (name: string) => page.getByRole('link', { name, exact: true }).press('Enter');
  const file = (name: string) => page.getByRole('button', { name, exact: true });
  /** Makes the trail take no entry, or take them again. */
  const breakTrail = (broken: boolean) => refuseWrites(stage.server, 'audit_intake', broken);
  /** Waits until the storage is told so: beside the pages, or on a phone in the menu of the account. */
  const storage = async (text: string, check = async () => {}) => {
    const account = page.getByRole('button', { name: /^Account of/ });
    if (screen === PHONE) await account.press('Enter');
    await page.getByText(text).locator('visible=true').waitFor();
    await check();
    if (screen === PHONE) await page.keyboard.press('Escape');
  };

  it('shows that the storage is full, and goes on with an upload when there is room', async () => {
    await ada.upload(Buffer.alloc(92_000), { name: 'big.bin' });
    await signIn(page, ada);
    await storage('92 KB of 100 KB', async () => {
      const bar = page.getByRole('progressbar', { name: 'Storage used' });
      expect([await bar.getAttribute('value'), await bar.getAttribute('class')]).toEqual(['92000', 'full']);
      expect(await axeFindings(page)).toEqual([]);
    });

    await page
      .locator('input[type=file][multiple]')
      .first()
      .setInputFiles({
        name: 'late.bin',
        mimeType: 'application/octet-stream',
        buffer: Buffer.alloc(20_000),
      });
    await page.getByRole('heading', { name: '1 upload stopped' }).waitFor();
    await page.getByRole('status').filter({ hasText: '1 upload stopped' }).waitFor({ state: 'attached' });
    const unfold = page.getByRole('button', { name: 'Show uploads' });
    if (await unfold.isVisible()) await unfold.press('Enter');
    await page
      .getByText('There is no room left for it. Empty the trash or delete files, then go on.')
      .waitFor();
    expect(await axeFindings(page)).toEqual([]);

    await file('big.bin').focus();
    await page.keyboard.press('Delete');
    await storage('92 KB in the trash');
    await go('Trash');
    await page.getByRole('button', { name: 'Empty the trash' }).press('Enter');
    await page.getByRole('button', { name: 'Delete everything for good?' }).press('Enter');
    await page.getByText('The trash is empty').waitFor();
    await storage('0 B of 100 KB');
    await page.getByRole('button', { name: 'Resume late.bin' }).press('Enter');
    await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
    await storage('20 KB of 100 KB');
    expect((await ada.json<{ size: number }[]>('GET', '/api/files')).body).toMatchObject([{ size: 20_000 }]);
  });

  it('tells that nothing is done without the trail, and that it is back', async () => {
    await ada.upload('text', { name: 'a.txt', type: 'text/plain' });
    await signIn(page, ada, '/trash');
    await page.getByText('The trash is empty').waitFor();
    const banner = page.getByText(/^The service cannot write its trail at the moment/);
    await breakTrail(true);
    try {
      await go('Files');
      await banner.waitFor();
      const card = page.getByRole('alert').filter({ hasText: 'The audit trail cannot be written' });
      await card.getByText(/tell the operator this request/).waitFor();
      const id = await card.locator('.mono').textContent();
      expect(stage.server.log.some((line) => line.includes(`"${id}"`))).toBe(true);
      expect(await axeFindings(page)).toEqual([]);
    } finally {
      await breakTrail(false);
    }
    // Nobody has to change something to learn it.
    await banner.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Try again' }).press('Enter');
    await file('a.txt').waitFor();
  });
});
