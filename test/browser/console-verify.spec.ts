import { beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page, Route } from 'playwright-core';
import { noteVerifier, signCheckpoint } from '../../src/audit/merkle/signing.js';
import type { Client } from '../support/client.js';
import { axeFindings, ConsoleStage, SCREENS, signIn } from '../support/console.js';

interface Result {
  readonly verdict: string;
  readonly entries: number;
  readonly log_size: number;
  readonly checkpoint: string;
  readonly vkey: string;
  readonly fault: { readonly seq: number } | null;
  readonly before: { readonly verdict: string } | null;
}

const EXPORT = '**/api/audit/export*';

/** The check of the trail in the browser, and the proof of an entry. */
describe('verifying in the console', () => {
  const stage = ConsoleStage.set();
  let ada: Client;
  let page: Page;

  const heading = (name: string | RegExp) => page.getByRole('heading', { name });
  const verify = () => page.getByRole('button', { name: 'Verify', exact: true }).click();
  const again = () => page.getByRole('button', { name: 'Check again' }).click();
  const whole = () => heading(/^\d+ entries, all whole$/).waitFor();
  const saved = async (): Promise<Result> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the result' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^verification-\d{4}-\d\d-\d\d\.json$/);
    return JSON.parse(await readFile(await download.path(), 'utf8')) as Result;
  };
  /** Changes what the service answers, from now on. */
  const changing = (change: (text: string) => string) =>
    page.route(EXPORT, async (route: Route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: change(await answer.text()) });
    });
  /** What the browser keeps of the last check. */
  const keep = (kept: object) =>
    page.evaluate(`localStorage.setItem('checked-log', ${JSON.stringify(JSON.stringify(kept))})`);

  describe.each(SCREENS)('on $name', (screen) => {
    beforeEach(async () => {
      ada = await stage.server.user();
      await ada.upload('some text', { name: 'a.txt', type: 'text/plain' });
      page = await stage.open(screen);
      await signIn(page, ada, '/activity');
      await page.getByRole('button', { name: 'Uploaded “a.txt” (9 B)' }).waitFor();
    });

    it('finds one’s own trail whole, and that the log has only grown since', async () => {
      await page.getByRole('button', { name: 'Verify', exact: true }).focus();
      await page.keyboard.press('Enter');
      await whole();
      await page.getByText('This is the first check in this browser.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      const first = await saved();
      expect(first).toMatchObject({ verdict: 'whole', fault: null, before: null });
      const [key] = (await ada.json<{ vkey: string }[]>('GET', '/api/audit/keys')).body;
      expect(first.vkey).toBe(key!.vkey);

      await ada.upload('more', { name: 'b.txt', type: 'text/plain' });
      await again();
      await page.getByText(/^The log continues the one you checked on /).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      const second = await saved();
      expect(second.before).toMatchObject({ verdict: 'continued', note: first.checkpoint });
      expect(second.log_size).toBeGreaterThan(first.log_size);
      await page.getByRole('button', { name: 'Close the check' }).click();
      await heading(/all whole/).waitFor({ state: 'detached' });
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Verify');
    });

    it('finds the entry that was changed, and says what to do', async () => {
      await changing((text) => text.replace('\\"outcome\\":\\"success\\"', '\\"outcome\\":\\"denied\\"'));
      await verify();
      await heading(/^Entry \d+ is wrong$/).waitFor();
      await heading('What to do').waitFor();
      const region = page.getByRole('region', { name: 'The wrong entry, as the export has it' });
      expect(await region.textContent()).toContain('"outcome": "denied"');
      expect(await axeFindings(page)).toEqual([]);
      const result = await saved();
      expect(result.verdict).toBe('damaged');
      await page.unroute(EXPORT);
      await again();
      await page.getByText('This is the first check in this browser.').waitFor();
    });

    it('shows that the log does not continue an older checkpoint, until that is forgotten', async () => {
      await verify();
      await whole();
      const { vkey } = await saved();
      const { origin, signingKey } = stage.server.config.audit;
      const note = signCheckpoint({ origin, size: 2, root: Buffer.alloc(32, 7) }, origin, signingKey);
      await keep({ vkey, note, at: '2026-11-20T10:00:00.000Z' });
      await again();
      await heading('The log does not continue the one you checked').waitFor();
      await page.getByText(/^On Nov 20, 2026.* you checked a log of 2 entries\./).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect((await saved()).before).toMatchObject({ verdict: 'broken', note });

      await again();
      await heading('The log does not continue the one you checked').waitFor();
      await page.getByRole('button', { name: 'Forget the older checkpoint' }).click();
      await page.getByRole('button', { name: 'Is that so?' }).click();
      await page.getByText(/^This browser keeps the signed checkpoint/).waitFor();
      await again();
      await page.getByText(/^The log continues the one you checked on /).waitFor();
    });

    it('warns of another key until the reader trusts it', async () => {
      await verify();
      await whole();
      const { checkpoint } = await saved();
      const [, size, root] = checkpoint.split('\n');
      const { privateKey } = generateKeyPairSync('ed25519');
      const { origin } = stage.server.config.audit;
      const tree = { origin, size: Number(size), root: Buffer.from(root!, 'base64') };
      const { vkey } = noteVerifier(origin, privateKey);
      await keep({ vkey, note: signCheckpoint(tree, origin, privateKey), at: '2026-11-20T10:00:00.000Z' });
      await again();
      await heading('The log is signed with another key').waitFor();
      await page.getByText(vkey).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Trust the new key' }).click();
      await page.getByRole('button', { name: 'Is that so?' }).click();
      await page.getByText(/^This browser keeps the signed checkpoint/).waitFor();
      await again();
      await page.getByText('the same as last time').waitFor();
    });

    it('can be cancelled, and says when there is no connection or the export breaks off', async () => {
      // Never answered.
      await page.route(EXPORT, () => undefined);
      await verify();
      await heading('Fetching the trail').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await heading('The check was cancelled').waitFor();
      expect(await axeFindings(page)).toEqual([]);

      await page.unroute(EXPORT);
      await page.context().setOffline(true);
      await again();
      await heading('No connection').waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.context().setOffline(false);

      await changing((text) => text.slice(0, text.lastIndexOf('{"checkpoint"')));
      await page.getByRole('button', { name: 'Try again' }).click();
      await heading('It could not be judged').waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });

    it('can be cancelled while it checks, and says when the part that checks is not to be had', async () => {
      await verify();
      await whole();
      await page.route('**/api/audit/consistency*', () => undefined);
      await ada.upload('more', { name: 'b.txt', type: 'text/plain' });
      await again();
      await heading('Checking every entry').waitFor();
      await page.getByText(/^0 entries checked, 0 B of /).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await heading('The check was cancelled').waitFor();

      await page.route('**/assets/verifier.worker-*', (route) => route.abort());
      await again();
      await page.getByText('The part of the page that checks could not be loaded.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });

    it('shows the proof of an entry as a picture and in words, and refuses a false one', async () => {
      const open = async () => {
        await page.getByRole('button', { name: 'Uploaded “a.txt” (9 B)' }).click();
        await page.getByRole('button', { name: 'Show its proof' }).click();
      };
      await open();
      await page.getByRole('img', { name: /^The tree of \d+ entries, with the way from its root/ }).waitFor();
      await page.getByText(/^Entry \d+ is in the log, with what was done/).waitFor();
      await page.getByText(/That is the root which the log has signed/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'Back to the entry' }).click();
      await page.getByRole('region', { name: 'The raw entry' }).waitFor();
      await page.keyboard.press('Escape');

      await page.route('**/api/audit/logs/*/proof', async (route) => {
        const answer = await route.fetch();
        const proof = (await answer.json()) as { hashes: string[] };
        await route.fulfill({ response: answer, json: { ...proof, hashes: proof.hashes.toReversed() } });
      });
      await open();
      await page.getByText(/^The proof does not hold: the hashes do not lead to the signed root/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });
  });

  it('lets an auditor verify the whole log, or the own trail', async () => {
    ada = await stage.server.userWithRole('auditor');
    page = await stage.open();
    await signIn(page, ada, '/activity');
    await verify();
    await page.getByText(/^Every entry of the log is there/).waitFor();
    const log = await saved();
    expect(log.entries).toBe(log.log_size);
    await page.getByLabel('Of everybody').uncheck();
    await verify();
    await page.getByText(/^Every entry of your trail is there/).waitFor();
    expect((await saved()).entries).toBeLessThan(log.entries);
  });
});
