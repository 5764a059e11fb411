// How long a browser takes to fetch and check the trail, in the console: the whole log by an auditor, and the same entries as
// one user's trail, each with its proof. It needs Debian's `chromium`, or another one at `CHROMIUM`.
// node bench/verify-in-browser.mjs [ENTRIES]
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { intakeOf } from './support/intake.mjs';
import { startService } from './support/server.mjs';

const ENTRIES = Number(process.argv[2] ?? 100_000);
const PATIENCE_MS = 600_000;

const service = await startService();
const { url, storage } = service;
const credentials = { email: 'auditor@example.org', password: 'a passphrase for benches' };
const { user } = await post('/api/users/register', credentials);
await grantRole('auditor');
const intake = await intakeOf(join(storage, 'database', 'app.sqlite'));
await intake.fill(ENTRIES, 1, user.id);
while ((await intake.count()) > 0) await delay(500);
await intake.close();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const devtools = await browser.newBrowserCDPSession();
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE_MS);
await page.goto(`${url}/activity`);
await page.getByLabel('E-mail').fill(credentials.email);
await page.getByLabel('Password', { exact: true }).fill(credentials.password);
await page.keyboard.press('Enter');
await measure('the whole log');
await page.getByLabel('Of everybody').uncheck();
await measure('one trail with proofs');
await browser.close();
await service.stop();

/** Presses Verify, and reports what the result says of its time, and the longest that the page did not answer. */
async function measure(what) {
  const before = await processorTime();
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.evaluate(`
    window.longest = 0;
    window.last = performance.now();
    window.ticks = setInterval(() => {
      const now = performance.now();
      window.longest = Math.max(window.longest, now - window.last - 20);
      window.last = now;
    }, 20);
  `);
  await page.getByRole('heading', { name: /entries, all whole$/ }).waitFor();
  const used = (await processorTime()) - before;
  const longest = await page.evaluate('clearInterval(window.ticks), window.longest');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the result' }).click(),
  ]);
  const { entries, bytes, milliseconds } = JSON.parse(await readFile(await saved.path(), 'utf8'));
  const { fetched, checked } = milliseconds;
  console.log(
    `${what.padEnd(22)} ${entries} entries, ${Math.round(bytes / 1e6)} MB: fetched in ${seconds(fetched)}, ` +
      `checked in ${seconds(checked)}; processor time of the page ${used.toFixed(1)} s; it did not answer for at most ${Math.round(longest)} ms`,
  );
  await page.getByRole('button', { name: 'Close the check' }).click();
}

/** Of the pages of the browser with their workers, in seconds. */
async function processorTime() {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  return pages.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

async function grantRole(role) {
  const child = spawn(process.execPath, ['dist/cli/cli.js', 'grant-role', credentials.email, role], {
    env: { ...process.env, STORAGE_PATH: storage },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`grant-role ended with ${code}`);
}

async function post(path, body) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
