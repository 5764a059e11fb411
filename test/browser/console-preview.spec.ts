import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Client } from '../support/client.js';
import { answered, axeFindings, ConsoleStage, SCREENS, signIn, untilTrue } from '../support/console.js';

/** A page with two words on it. */
const PDF = `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 44>>stream
BT /F1 24 Tf 20 100 Td (Two words) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
`;

const SCRIPT = '<script>parent.stolen = top.stolen = 1</script>';

/** Half a second of silence. */
function wave(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + 4000, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(4000, 40);
  return Buffer.concat([header, Buffer.alloc(4000, 128)]);
}

/** A short film of a grey square, as the browser itself records it. */
async function film(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate<string>(`(async () => {
    const canvas = document.createElement('canvas');
    const pen = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let shade = 0; shade < 20; shade++) {
      pen.fillStyle = 'rgb(' + shade * 10 + ' 90 90)';
      pen.fillRect(0, 0, 300, 150);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  })()`);
  return Buffer.from(base64, 'base64');
}

describe('a file that is looked at in the console', () => {
  const stage = ConsoleStage.set();
  let video: Buffer;
  let ada: Client;
  let page: Page;
  beforeAll(async () => void (video = await film(await stage.open())));

  describe.each(SCREENS)('on $name', (screen) => {
    beforeEach(async () => {
      ada = await stage.server.user();
      page = await stage.open(screen);
    });

    /** Opens a file by keyboard. */
    const look = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
    const close = async () => {
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    };

    it('is a PDF in the viewer of the browser, from memory, without leaving the page', async () => {
      await ada.upload(PDF, { name: 'words.pdf', type: 'application/pdf' });
      await signIn(page, ada);
      await look('words.pdf');
      const frame = page.getByTitle('Content of words.pdf');
      await frame.waitFor();
      expect(await frame.getAttribute('src')).toMatch(`blob:${stage.url}/`);
      // The viewer is a part of the browser, in a process of its own.
      while (!viewer()) await page.waitForTimeout(50);
      expect(await axeFindings(page)).toEqual([]);
      expect(new URL(page.url()).pathname).toBe('/');
      await close();
      expect(await frame.count()).toBe(0);
    });

    it('is a sound or a film with the controls of the browser', async () => {
      await ada.upload(wave(), { name: 'silence.wav', type: 'audio/wav' });
      await ada.upload(video, { name: 'square.webm', type: 'video/webm' });
      await signIn(page, ada);
      for (const [name, element] of [
        ['silence.wav', 'audio'],
        ['square.webm', 'video'],
      ] as const) {
        await look(name);
        const media = page.locator(`.preview > ${element}`);
        await media.and(page.getByLabel(name)).waitFor();
        expect(await media.getAttribute('src')).toMatch(`blob:${stage.url}/`);
        await untilTrue(page, `document.querySelector('.preview > ${element}').readyState > 0`);
        expect(await page.evaluate(`document.querySelector('.preview > ${element}').controls`)).toBe(true);
        expect(await axeFindings(page)).toEqual([]);
        await close();
      }
    });

    it('runs nothing, whatever its type says', async () => {
      const types = ['text/html', 'application/pdf', 'image/svg+xml', 'audio/wav', 'video/webm', 'text/xml'];
      for (const type of types) await ada.upload(`<html>${SCRIPT}</html>`, { name: nameOf(type), type });
      await signIn(page, ada);
      for (const type of types) {
        await look(nameOf(type));
        await page.getByRole('region', { name: 'About this file' }).getByText(type).waitFor();
        await page.locator('.preview > :not(.bone)').waitFor();
        await page.waitForTimeout(300);
        expect([type, await page.evaluate('window.stolen')]).toEqual([type, undefined]);
        // The viewer of PDFs takes the focus, and Escape with it.
        await page.getByRole('button', { name: 'Close' }).click();
      }
    });

    it('is not shown when it is empty, or of a kind that browsers do not show', async () => {
      await ada.upload('', { name: 'empty.txt', type: 'text/plain' });
      await ada.upload('PK', { name: 'old.zip', type: 'application/zip' });
      await signIn(page, ada);
      await look('empty.txt');
      await page.getByText('This file is empty.').waitFor();
      await close();
      await look('old.zip');
      await page.getByText('This kind of file cannot be shown here.').waitFor();
      expect(await axeFindings(page)).toEqual([]);
    });

    it('can be copied from: its digest, and the link that is made for it', async () => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      const { sha256 } = (await ada.upload('text', { name: 'a.txt', type: 'text/plain' })).body;
      await signIn(page, ada);
      await look('a.txt');
      await page.getByRole('button', { name: 'Copy digest' }).press('Enter');
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(sha256);

      await page.getByRole('button', { name: 'New link' }).press('Enter');
      await page.getByLabel('Ends after').selectOption('1 day');
      await page.getByLabel('Note for yourself').fill('For Mary');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Copy link' }).press('Enter');
      await page.locator('.new-link').getByRole('button', { name: 'Copied' }).waitFor();
      const link = await page.getByLabel('The link', { exact: true }).inputValue();
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(link);
      await page.getByText(/^0 downloads, ends (tomorrow|in 24 hours)$/).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole('button', { name: 'End', exact: true }).press('Enter');
      const confirm = page.getByRole('button', { name: 'End for good?' });
      await answered(page, 'DELETE', () => confirm.press('Enter'));
      await page.getByText('For Mary').waitFor({ state: 'detached' });
      expect((await fetch(link)).status).toBe(404);
    });

    const nameOf = (type: string) => `A ${type.replace('/', ' ')}`;
    const viewer = () => page.frames().some((frame) => frame.url().startsWith('chrome-extension://'));
  });
});
