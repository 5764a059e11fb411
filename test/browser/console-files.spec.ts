import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { answered, axeFindings, ConsoleStage, SCREENS, signIn } from '../support/console.js';

const PICTURE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.stolen=1</script></svg>';

describe('files in the console', () => {
  const stage = ConsoleStage.set();
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'console-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(SCREENS)('on $name', (screen) => {
    let ada: Client;
    let page: Page;
    beforeEach(async () => {
      ada = await stage.server.user();
      page = await stage.open(screen);
    });

    const choose = (...files: { name: string; text: string; type?: string }[]) =>
      page
        .locator('input[type=file][multiple]')
        .first()
        .setInputFiles(
          files.map(({ name, text, type = 'text/plain' }) => ({
            name,
            mimeType: type,
            buffer: Buffer.from(text),
          })),
        );
    const file = (name: string) => page.getByRole('button', { name, exact: true });
    const inMenu = async (name: string, action: string) => {
      await page.getByRole('button', { name: `More for ${name}` }).click();
      await page.getByRole('button', { name: action, exact: true }).click();
    };

    it('are uploaded, shown, renamed, found, and stay after a reload', async () => {
      await signIn(page, ada);
      await page.getByText('Drop your first files here').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await choose(
        { name: 'notes.txt', text: '<b>not bold</b>' },
        { name: 'picture.svg', text: PICTURE, type: 'image/svg+xml' },
      );
      await page.getByRole('heading', { name: '2 uploads complete' }).waitFor();
      await file('notes.txt').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Close uploads' }).click();

      await file('notes.txt').click();
      await page.getByRole('dialog').getByText('<b>not bold</b>').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await file('picture.svg').click();
      await page.getByAltText('Content of picture.svg').waitFor();
      expect(await page.evaluate('window.stolen')).toBeUndefined();
      await page.keyboard.press('Escape');

      await inMenu('notes.txt', 'Rename');
      await page.keyboard.type('diary');
      await answered(page, 'PATCH', () => page.keyboard.press('Enter'));
      await file('diary.txt').waitFor();
      await page.reload();
      await file('diary.txt').waitFor();
      const { body } = await ada.json<{ name: string }[]>('GET', '/api/files');
      expect(body.map(({ name }) => name).sort()).toEqual(['diary.txt', 'picture.svg']);

      await page.getByRole('searchbox').fill('DIARY');
      await file('picture.svg').waitFor({ state: 'detached' });
      await page.getByRole('searchbox').fill('nothing like it');
      await page.getByText('No file is called like “nothing like it”').waitFor();
    });

    it('are listed page by page as one scrolls, and only the rows near the screen exist', async () => {
      await ada.upload('x', { name: 'the oldest' });
      await Promise.all(Array.from({ length: 130 }, (_, n) => ada.upload('x', { name: `file ${n}` })));
      await signIn(page, ada);
      await page
        .getByRole('button', { name: /^file \d+$/ })
        .first()
        .waitFor();
      const toTheEnd = () => page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      await toTheEnd();
      await page.locator('table[aria-rowcount="132"]').waitFor();
      await toTheEnd();
      await file('the oldest').waitFor();
      expect(await page.locator('tbody tr').count()).toBeLessThan(100);
      const share = `document.querySelector('td.name').clientWidth / document.querySelector('table').clientWidth`;
      expect(await page.evaluate(share)).toBeGreaterThan(0.5);
      expect(await axeFindings(page)).toEqual([]);
    });

    it('are downloaded, deleted, and brought back', async () => {
      await ada.upload('some text', { name: 'a.txt', type: 'text/plain' });
      await signIn(page, ada);
      const [saved] = await Promise.all([page.waitForEvent('download'), inMenu('a.txt', 'Download')]);
      expect(saved.suggestedFilename()).toBe('a.txt');
      await inMenu('a.txt', 'Move to the trash');
      await page.getByText('“a.txt” is in the trash.').waitFor();
      await file('a.txt').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Undo' }).click();
      await file('a.txt').waitFor();

      await file('a.txt').focus();
      await answered(page, 'DELETE', () => page.keyboard.press('Delete'));
      await file('a.txt').waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Trash' }).click();
      await page.getByRole('heading', { name: 'Trash' }).waitFor();
      await page.getByRole('button', { name: 'Restore a.txt' }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      const restore = page.getByRole('button', { name: 'Restore a.txt' });
      await answered(page, 'POST', () => restore.click());
      await page.getByText('The trash is empty').waitFor();
      await expect(ada.json('GET', '/api/files')).resolves.toMatchObject({ body: [{ name: 'a.txt' }] });
    });

    it('are deleted for good from the trash, one or all', async () => {
      for (const name of ['a.txt', 'b.txt', 'c.txt']) {
        const { body } = await ada.upload('text', { name, type: 'text/plain' });
        await ada.json('DELETE', `/api/files/${body.id}`);
      }
      await signIn(page, ada, '/trash');
      await page.getByRole('button', { name: 'Delete b.txt for good' }).press('Enter');
      const confirm = page.getByRole('button', { name: 'For good?' });
      await answered(page, 'DELETE', () => confirm.press('Enter'));
      await page.getByRole('button', { name: 'Restore b.txt' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Empty the trash' }).press('Enter');
      await page.getByRole('button', { name: 'Delete everything for good?' }).press('Enter');
      await page.getByText('The trash is empty').waitFor();
      expect((await ada.json('GET', '/api/trash')).body).toEqual([]);
    });

    it('keep the focus where one is when they change by keyboard', async () => {
      for (const name of ['c.txt', 'b.txt', 'a.txt']) await ada.upload('text', { name, type: 'text/plain' });
      await signIn(page, ada);
      const focused = (name: string) => page.locator('button.open:focus').filter({ hasText: name }).waitFor();
      for (const key of ['Escape', 'Enter']) {
        await file('b.txt').press('F2');
        await page.getByLabel('New name of b.txt').press(key);
        await focused('b.txt');
      }
      await file('b.txt').press('F2');
      await page.keyboard.type('d');
      await answered(page, 'PATCH', () => page.keyboard.press('Enter'));
      await focused('d.txt');
      await page.keyboard.press('Delete');
      await focused('c.txt');
      await page.getByRole('button', { name: 'Undo' }).press('Enter');
      await focused('d.txt');
      await file('c.txt').press('Delete');
      await focused('d.txt');
      await inMenu('d.txt', 'Move to the trash');
      await focused('a.txt');
      const toast = page.locator('.toast', { hasText: '“d.txt” is in the trash.' });
      await toast.getByRole('button', { name: 'Undo' }).click();
      await focused('d.txt');
      // A press elsewhere ends a new name too, and keeps the focus there.
      await file('d.txt').press('F2');
      await page.getByRole('searchbox').click();
      await file('d.txt').waitFor();
      await page.locator('input[type=search]:focus').waitFor();
    });

    it('are renamed by F2, and stay as they are after Escape', async () => {
      await ada.upload('text', { name: 'a.txt', type: 'text/plain' });
      await signIn(page, ada);
      await file('a.txt').press('F2');
      await page.getByLabel('New name of a.txt').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.keyboard.type('b');
      await page.keyboard.press('Escape');
      await file('a.txt').press('F2');
      await page.getByLabel('New name of a.txt').waitFor();
      await page.keyboard.type('c');
      await answered(page, 'PATCH', () => page.keyboard.press('Enter'));
      await file('c.txt').waitFor();
      await expect(ada.json('GET', '/api/files')).resolves.toMatchObject({ body: [{ name: 'c.txt' }] });
    });

    it('tell over their dialog what went wrong', async () => {
      const { body } = await ada.upload('text', { name: 'a.txt', type: 'text/plain' });
      await signIn(page, ada);
      await file('a.txt').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('text', { exact: true }).waitFor();
      await ada.json('DELETE', `/api/files/${body.id}`);
      await dialog.getByRole('button', { name: 'Download', exact: true }).click();
      const toast = page.getByRole('status').filter({ hasText: 'You have no file with this id' });
      await toast.waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await toast.getByRole('button', { name: 'Dismiss' }).click();
      await toast.waitFor({ state: 'detached' });
      await dialog.getByRole('button', { name: 'Download', exact: true }).click();
      await toast.waitFor();
      await page.keyboard.press('Escape');
      // It stays on the page when the dialog is closed.
      await dialog.waitFor({ state: 'detached' });
      await toast.getByRole('button', { name: 'Dismiss' }).click();
      await toast.waitFor({ state: 'detached' });
    });

    it('are shared, and the link ends when it is ended', async () => {
      await ada.upload('shared text', { name: 'a.txt', type: 'text/plain' });
      await signIn(page, ada);
      await inMenu('a.txt', 'Share');
      await page.getByLabel('Password (if you like)').fill('four words of yours');
      await page.getByLabel('Downloads (if limited)').fill('3');
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Make the link' }).click();
      const link = await page.getByLabel('The link').inputValue();
      expect(link).toMatch(/\/s\/[\w-]{43}$/);
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'Links' }).click();
      await page.getByText('a.txt').waitFor();
      await page.getByText('0 of 3 downloads, ends in 7 days, with a password').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'End link' }).click();
      const confirm = page.getByRole('button', { name: 'End for good?' });
      await answered(page, 'DELETE', () => confirm.click());
      await page.getByText('Nothing is shared').waitFor();
      const path = new URL(link).pathname;
      expect((await fetch(stage.url + path)).status).toBe(404);
    });

    it('have versions, and an earlier one can be restored', async () => {
      const { body } = await ada.upload('first', { name: 'a.txt', type: 'text/plain' });
      await signIn(page, ada);
      await file('a.txt').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText('first', { exact: true }).waitFor();
      const input = dialog.locator('input[type=file]');
      await input.setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('second') });
      await dialog.getByText('second', { exact: true }).waitFor();
      await dialog.getByRole('button', { name: 'Compare version 1 with the current one' }).click();
      const changes = dialog.getByRole('region', { name: 'Changes' });
      await changes.getByText('removed: first').waitFor();
      await changes.getByText('added: second').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Close the comparison' }).click();
      await dialog.getByText('second', { exact: true }).waitFor();
      await dialog.getByRole('button', { name: 'Restore version 1' }).click();
      await dialog.getByText('first', { exact: true }).waitFor();
      expect(
        (await ada.json<{ version: number }>('GET', `/api/files/${body.id}/metadata`)).body.version,
      ).toBe(3);
    });

    it('go on where they were, after a pause and after a reload', async () => {
      const path = join(folder, `${screen.width}.bin`);
      const bytes = Buffer.alloc(3_000_000, 'x');
      await writeFile(path, bytes);
      await signIn(page, ada);
      const devtools = await page.context().newCDPSession(page);
      const slow = (uploadThroughput: number) =>
        devtools.send('Network.emulateNetworkConditions', {
          offline: false,
          latency: 0,
          downloadThroughput: -1,
          uploadThroughput,
        });
      await slow(500_000);
      await page.locator('input[type=file][multiple]').first().setInputFiles(path);
      const name = `${screen.width}.bin`;
      const unfold = page.getByRole('button', { name: 'Show uploads' });
      if (screen.width < 800) await unfold.click();
      await page.getByRole('button', { name: `Pause ${name}` }).click();
      await page.getByText(/^Paused at/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: `Resume ${name}` }).click();
      await page.getByText(/^([6-9]\d\d(\.\d)? KB|[12](\.\d)? MB) of 3 MB/).waitFor();
      await page.getByRole('button', { name: `Pause ${name}` }).click();
      await slow(-1);
      await page.reload();
      if (screen.width < 800) await unfold.click();
      await page.getByText('Choose the same file to go on.').waitFor();
      await page.locator('.upload input[type=file]').setInputFiles(path);
      await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
      const { body } = await ada.json<{ id: string; size: number }[]>('GET', '/api/files');
      expect(body.map(({ size }) => size)).toEqual([3_000_000]);
      expect((await ada.download(body[0]!.id)).body.equals(bytes)).toBe(true);
      expect((await ada.json<unknown[]>('GET', '/api/uploads')).body).toEqual([]);
    });
  });
});
