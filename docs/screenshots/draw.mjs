// Draws the pictures of this folder: the main states of the console, wide and on a phone, light and dark. It runs the built
// service for a while, on a storage of its own. Needs Chromium, at `CHROMIUM` or where Debian has it.
//
//   npm run screenshots
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PASSWORD = 'a calm river under stones';
const ADA = 'ada@example.org';
const SHEETS = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const FILES = [
  ['Letters to the Countess.txt', 'text/plain', 'The engine weaves algebraical patterns.\n'.repeat(60)],
  ['Budget 2026.csv', 'text/csv', 'month,euros\nJanuary,120\nFebruary,80\n'.repeat(400)],
  ['Interview, second half.mp3', 'audio/mpeg', randomBytes(1_900_000)],
  ['Notes on the engine.pdf', 'application/pdf', randomBytes(640_000)],
  ['Archive of 2025.zip', 'application/zip', randomBytes(2_400_000)],
  ['A walk along the river.mp4', 'video/mp4', randomBytes(3_800_000)],
];

const storage = await mkdtemp(join(tmpdir(), 'screenshots-'));
const port = await freePort();
const url = `http://localhost:${port}`;
const environment = {
  PATH: process.env.PATH,
  PORT: String(port),
  HOST: '127.0.0.1',
  PUBLIC_URL: 'https://files.example.org',
  STORAGE_PATH: storage,
  BCRYPT_COST: '10',
  RATE_LIMIT_PER_MINUTE: '0',
  QUOTA_BYTES_PER_USER: '20000000',
  JWT_SECRET: randomBytes(32).toString('base64'),
};
const service = spawn(process.execPath, ['dist/main.js'], { env: environment, stdio: 'ignore' });
/** The token of the user whose pages are drawn. */
let ada;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  await untilHealthy();
  ada = await fill();
  for (const scheme of ['light', 'dark']) for (const sheet of Object.keys(SHEETS)) await draw(scheme, sheet);
} finally {
  await browser.close();
  const ended = once(service, 'exit');
  service.kill();
  await ended;
  await rm(storage, { recursive: true });
}

/** Users, files and links, as if the service had been used for a while. @returns the token of the main user. */
async function fill() {
  for (const email of ['grace@example.org', 'alan@example.org', 'barbara@example.org'])
    await upload(await register(email), 'engine.bin', 'application/octet-stream', randomBytes(700_000));
  const token = await register(ADA);
  // Before the first request of the user: a running process may know the former roles for some seconds.
  operator('grant-role', ADA, 'admin');
  operator('grant-role', 'barbara@example.org', 'auditor');
  await send(token, 'PATCH', '/api/users/me', { name: 'Ada Lovelace' });
  for (const [name, type, bytes] of FILES) await upload(token, name, type, bytes);
  const old = await upload(token, 'Draft of a letter.txt', 'text/plain', 'Dear Mary,');
  await send(token, 'DELETE', `/api/files/${old.id}`);
  const picture = await upload(token, 'Garden in the evening.png', 'image/png', await painting());
  await send(token, 'POST', `/api/files/${picture.id}/shares`, { note: 'For Mary', expires_in: 604_800 });
  await send(token, 'POST', '/api/admin/invitations', { email: 'linus@example.org' });
  await send(token, 'POST', '/api/auth/keys', { name: 'Nightly backup', scopes: ['files:read'] });
  return token;
}

async function draw(scheme, sheet) {
  const context = await browser.newContext({
    viewport: SHEETS[sheet],
    colorScheme: scheme,
    reducedMotion: 'reduce',
    deviceScaleFactor: sheet === 'phone' ? 2 : 1,
  });
  const page = await context.newPage();
  const shoot = (name) => page.screenshot({ path: join(HERE, `${name}-${sheet}-${scheme}.png`) });
  const open = (name) => page.getByRole('link', { name, exact: true }).click();
  const settled = () =>
    page.waitForFunction(() => document.querySelector('.bone, [aria-busy="true"]') === null);

  await page.goto(url);
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await shoot('sign-in');
  await page.getByLabel('E-mail').fill(ADA);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.keyboard.press('Enter');
  const picture = page.getByRole('button', { name: 'Garden in the evening.png', exact: true });
  await picture.waitFor();
  await settled();
  await shoot('files');
  await picture.click();
  await page.locator('.preview img').waitFor();
  await settled();
  await shoot('file');
  await page.getByRole('button', { name: 'New link' }).click();
  await page.getByLabel('Note for yourself').fill('For the print shop');
  await page.getByRole('button', { name: 'Make the link' }).click();
  await page.getByLabel('The link', { exact: true }).waitFor();
  await shoot('share');
  for (const { id, note } of await send(ada, 'GET', '/api/shares'))
    if (note === 'For the print shop') await send(ada, 'DELETE', `/api/shares/${id}`);
  await page.keyboard.press('Escape');
  for (const name of ['Links', 'Trash', 'Activity', 'Security', 'Admin']) {
    await open(name);
    await page.getByRole('heading', { name, exact: true }).waitFor();
    await settled();
    await shoot(name.toLowerCase());
    if (name === 'Activity') await drawVerification(page, shoot);
  }
  await page.getByRole('button', { name: /barbara@/ }).click();
  await page.getByRole('heading', { name: 'barbara@example.org' }).waitFor();
  await shoot('user');
  await context.close();
}

/** The check of the trail, once more after a first one, and the proof of an entry. */
async function drawVerification(page, shoot) {
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText(/^This browser keeps the signed checkpoint/).waitFor();
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText(/^The log continues the one you checked on /).waitFor();
  await shoot('verify');
  await page.getByRole('button', { name: 'Close the check' }).click();
  await page
    .getByRole('button', { name: /^Shared “Garden in the evening\.png”/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Show its proof' }).click();
  await page.getByText(/^Entry \d+ is in the log, with what was done/).waitFor();
  await shoot('proof');
  await page.keyboard.press('Escape');
}

/** A picture of a hill at dusk. */
async function painting() {
  const page = await browser.newPage();
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1200, 800];
    const pen = canvas.getContext('2d');
    const sky = pen.createLinearGradient(0, 0, 0, 800);
    for (const [at, colour] of [
      [0, '#20346b'],
      [0.55, '#e08a5f'],
      [0.7, '#f6d18b'],
    ])
      sky.addColorStop(at, colour);
    pen.fillStyle = sky;
    pen.fillRect(0, 0, 1200, 800);
    pen.fillStyle = '#fff1c9';
    pen.arc(820, 470, 60, 0, 7);
    pen.fill();
    for (const [colour, base, swing] of [
      ['#5d4f73', 520, 60],
      ['#3c3a5c', 600, 45],
      ['#22263f', 690, 30],
    ]) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.moveTo(0, 800);
      for (let x = 0; x <= 1200; x += 10)
        pen.lineTo(x, base + swing * Math.sin(x / 170 + base) + (swing / 3) * Math.sin(x / 47));
      pen.lineTo(1200, 800);
      pen.fill();
    }
    return canvas.toDataURL('image/png').split(',')[1];
  });
  await page.close();
  return Buffer.from(base64, 'base64');
}

async function register(email) {
  const answer = await send(null, 'POST', '/api/users/register', { email, password: PASSWORD });
  return answer.token;
}

async function upload(token, name, type, bytes) {
  const form = new FormData();
  form.set('file', new Blob([bytes], { type }), name);
  return answerOf(
    await fetch(`${url}/api/files`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: form,
    }),
  );
}

async function send(token, method, path, json) {
  const headers = {
    ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
    ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
  return answerOf(await fetch(url + path, { method, headers, body: json && JSON.stringify(json) }));
}

async function answerOf(answer) {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

function operator(...words) {
  execFileSync(process.execPath, ['dist/cli/cli.js', ...words], { env: environment });
}

async function untilHealthy() {
  for (let attempt = 0; attempt < 600 && service.exitCode === null; attempt++) {
    if (
      await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the service does not start');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  return free;
}
