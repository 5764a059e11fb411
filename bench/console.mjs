// The console in Chromium: the first visit on a slow phone, a long list scrolled to its end, and a large upload that is paused, goes
// on in another run of the browser, and arrives whole. It needs Debian's `chromium`, or another one at `CHROMIUM`.
// node bench/console.mjs [FILES] [MEBIBYTES]
import { createHash, randomFillSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { startService } from './support/server.mjs';

const FILES = Number(process.argv[2] ?? 10_000);
const MEBIBYTES = Number(process.argv[3] ?? 1024);
const PATIENCE_MS = 600_000;
const AT_ONCE = 16;
/** What Lighthouse takes for a slow connection of a phone, and for its processor. */
const SLOW_PHONE = { latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000, slowdown: 4 };
const CREDENTIALS = { email: 'ada@example.org', password: 'a passphrase for benches' };
const LAUNCH = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
  viewport: { width: 1280, height: 800 },
};

const service = await startService();
// The browser sends the cookie of the console over plain HTTP to this name only.
const url = service.url.replace('127.0.0.1', 'localhost');
let token;
({ token } = await json('POST', '/api/users/register', CREDENTIALS));
const folder = await mkdtemp(join(tmpdir(), 'bench-console-'));
try {
  console.log(`JavaScript of the first use: ${((await firstUse()) / 1000).toFixed(1)} KB (gzip)`);
  await firstVisit();
  await fill();
  await scroll();
  await upload();
} finally {
  await rm(folder, { recursive: true });
  await service.stop();
}

/** The scripts that the page itself names, and what they import at once. */
async function firstUse() {
  const assets = join('dist', 'web', 'assets');
  const names = await readdir(assets);
  const page = await readFile(join('dist', 'web', 'index.html'), 'utf8');
  const used = names.filter((name) => name.endsWith('.js') && page.includes(name));
  const sizes = await Promise.all(
    used.map(async (name) => gzipSync(await readFile(join(assets, name))).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function firstVisit() {
  const context = await chromium.launchPersistentContext('', {
    ...LAUNCH,
    viewport: { width: 390, height: 844 },
  });
  const page = context.pages()[0];
  const devtools = await context.newCDPSession(page);
  const { slowdown, ...network } = SLOW_PHONE;
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', { offline: false, ...network });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.goto(url);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const { painted, largest } = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) =>
          resolve({
            painted: performance.getEntriesByName('first-contentful-paint')[0].startTime,
            largest: list.getEntries().at(-1).startTime,
          }),
        ).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );
  console.log(
    `first visit on a slow phone: painted after ${Math.round(painted)} ms, its largest part after ${Math.round(largest)} ms`,
  );
  await context.close();
}

async function fill() {
  for (let begun = 0; begun < FILES; begun += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, FILES - begun) }, (_, index) => {
        const form = new FormData();
        form.set('file', new Blob(['x']), `file ${begun + index}.txt`);
        return answered(fetch(`${url}/api/files`, { method: 'POST', headers: bearer(), body: form }));
      }),
    );
}

/** Turns the wheel until the oldest file is there. */
async function scroll() {
  const context = await chromium.launchPersistentContext('', LAUNCH);
  const page = await signedIn(context);
  await page.evaluate(() => {
    window.frames50 = { longest: 0, over: 0, all: 0 };
    window.tasks50 = { longest: 0, over: 0 };
    let last = performance.now();
    const frame = (now) => {
      const took = now - last;
      last = now;
      window.frames50.all++;
      window.frames50.longest = Math.max(window.frames50.longest, took);
      if (took > 50) window.frames50.over++;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        window.tasks50.over++;
        window.tasks50.longest = Math.max(window.tasks50.longest, duration);
      }
    }).observe({ type: 'longtask' });
  });
  await page.mouse.move(640, 400);
  // A look that costs the page nothing: what searches by roles reads every element.
  const isAtEnd = () => [...document.querySelectorAll('.open')].some(({ title }) => title === 'file 0.txt');
  while (!(await page.evaluate(isAtEnd))) await page.mouse.wheel(0, 900);
  const { frames, tasks } = await page.evaluate(() => ({ frames: window.frames50, tasks: window.tasks50 }));
  console.log(
    `${FILES} files scrolled: ${frames.all} frames, the longest ${Math.round(frames.longest)} ms, ${frames.over} over 50 ms; ` +
      `${tasks.over} tasks of the page over 50 ms${tasks.over > 0 ? `, the longest ${Math.round(tasks.longest)} ms` : ''}`,
  );
  await context.close();
}

async function upload() {
  const path = join(folder, 'large.bin');
  const sha256 = await writeLarge(path);
  const profile = join(folder, 'profile');
  const began = performance.now();
  let context = await chromium.launchPersistentContext(profile, LAUNCH);
  let page = await signedIn(context);
  await page.locator('input[type=file][multiple]').first().setInputFiles(path);
  await page.getByRole('progressbar', { name: 'Upload of large.bin' }).waitFor();
  await page.waitForFunction(
    (part) => Number(document.querySelector('.upload progress')?.value) > part,
    (MEBIBYTES / 4) * 1_048_576,
    { polling: 100 },
  );
  await page.getByRole('button', { name: 'Pause large.bin' }).click();
  const paused = await page.getByText(/^Paused at/).textContent();
  await context.close();

  context = await chromium.launchPersistentContext(profile, LAUNCH);
  page = context.pages()[0];
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  await page.getByText('Choose the same file to go on.').waitFor();
  await page.locator('.upload input[type=file]').setInputFiles(path);
  await page.getByRole('heading', { name: '1 upload complete' }).waitFor();
  const [stored] = await json('GET', '/api/files?name=large.bin');
  console.log(
    `${MEBIBYTES} MiB uploaded: ${paused.replace('Paused', 'paused')}, the browser closed, opened and resumed; ` +
      `${stored.sha256 === sha256 ? 'whole' : 'DAMAGED'} after ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  await context.close();
}

async function signedIn(context) {
  const page = context.pages()[0];
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(url);
  await page.getByLabel('E-mail').fill(CREDENTIALS.email);
  await page.getByLabel('Password', { exact: true }).fill(CREDENTIALS.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Files', exact: true }).waitFor();
  return page;
}

/** @returns the SHA-256 of the file. */
async function writeLarge(path) {
  const file = await open(path, 'w');
  const block = Buffer.alloc(1_048_576);
  for (let written = 0; written < MEBIBYTES; written++) await file.write(randomFillSync(block));
  await file.close();
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

function bearer() {
  return { authorization: `Bearer ${token}` };
}

async function json(method, path, body) {
  const headers = { ...(token === undefined ? {} : bearer()), 'content-type': 'application/json' };
  return answered(fetch(url + path, { method, headers, body: body && JSON.stringify(body) }));
}

async function answered(request) {
  const answer = await request;
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
