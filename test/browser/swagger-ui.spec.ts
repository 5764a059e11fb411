import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Page } from 'playwright-core';
import { complaintsOf, launchBrowser } from '../support/browser.js';
import { sha256 } from '../support/client.js';
import { startApp, type TestApp } from '../support/test-app.js';

const CREDENTIALS = { email: 'ada@example.org', password: 'correct horse battery staple' };

/** Uses `/docs` in a real browser, with the page's own content security policy. */
describe('Swagger UI', () => {
  let server: TestApp;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let document: Document;

  beforeAll(async () => {
    server = await startApp();
    document = (await (await fetch(`${server.url}/docs-json`)).json()) as Document;
    browser = await launchBrowser();
    page = await browser.newPage();
    complaints = complaintsOf(page);
    await page.goto(`${server.url}/docs`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('registers, signs in, and takes the token', async () => {
    const registered = await execute('POST', '/api/users/register', { body: CREDENTIALS });
    expect(registered.status).toBe(201);
    const signedIn = await execute('POST', '/api/users/login', { body: CREDENTIALS });
    expect(signedIn.status).toBe(200);
    const { token } = JSON.parse(signedIn.body) as { token: string };
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    // The second form is for signed requests, which the page cannot make.
    await page.locator('.modal-ux #auth-bearer-value').fill(token);
    await page.locator('.modal-ux').getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.locator('.modal-ux').getByRole('button', { name: 'Close', exact: true }).first().click();
    const me = await execute('GET', '/api/users/me');
    expect(JSON.parse(me.body)).toMatchObject({ email: CREDENTIALS.email });
  });

  it('uploads a file, lists it, and downloads the same bytes', async () => {
    const bytes = randomBytes(100_000);
    const uploaded = await execute('POST', '/api/files', {
      file: { name: 'report.pdf', mimeType: 'application/pdf', buffer: bytes },
    });
    expect(uploaded.status).toBe(201);
    const file = JSON.parse(uploaded.body) as { id: string; sha256: string };
    expect(file.sha256).toBe(sha256(bytes));
    expect((await execute('GET', '/api/files')).body).toContain(file.id);

    expect((await execute('GET', '/api/files/{id}', { id: file.id })).status).toBe(200);
    const saved = page.waitForEvent('download');
    await operation('GET', '/api/files/{id}').getByText('Download file').click();
    expect(sha256(await readFile(await (await saved).path()))).toBe(sha256(bytes));
    expect((await execute('PATCH', '/api/files/{id}', { id: file.id })).status).toBe(200);
    expect((await execute('DELETE', '/api/files/{id}', { id: file.id })).status).toBe(204);
  });

  it('accepts the examples that the page fills in', async () => {
    expect((await execute('PATCH', '/api/users/me')).status).toBe(200);
    expect((await execute('POST', '/api/auth/keys')).status).toBe(201);
  });

  it('can execute every route that reads without further input', async () => {
    const readable = Object.entries(document.paths).filter(
      ([path, operations]) => 'get' in operations && !/\{/.test(path) && !needsInput(operations['get']),
    );
    expect(readable.length).toBeGreaterThan(10);
    for (const [path] of readable) {
      const { status } = await execute('GET', path);
      expect({ path, status }).toEqual({ path, status: path.startsWith('/api/admin') ? 403 : 200 });
    }
  });

  it('never violates the content security policy of the page', () => {
    expect(complaints).toEqual([]);
  });

  function operation(method: string, path: string): Locator {
    return page
      .locator(`.opblock-${method.toLowerCase()}`)
      .filter({ has: page.locator(`.opblock-summary-path[data-path="${path}"]`) });
  }

  /** Opens the part of the page with the operation, and only it: the page draws all open parts at every step. */
  async function open(method: string, path: string): Promise<Locator> {
    const [tag] = document.paths[path]![method.toLowerCase()]!.tags;
    for (const other of await page.locator('.opblock-tag[data-is-open="true"]').all())
      if ((await other.getAttribute('data-tag')) !== tag) await other.click();
    const part = page.locator(`.opblock-tag[data-tag="${tag}"]`);
    if ((await part.getAttribute('data-is-open')) !== 'true') await part.click();
    const found = operation(method, path);
    await found.waitFor();
    if (!(await found.getByRole('button', { name: 'Execute' }).isVisible()))
      await found.locator('.opblock-summary-control').click();
    return found;
  }

  /** Opens an operation, fills in the input, presses Execute, and reads the answer from the page. */
  async function execute(
    method: string,
    path: string,
    input: Input = {},
  ): Promise<{ status: number; body: string }> {
    const operation = await open(method, path);
    if (input.body !== undefined)
      await operation.locator('textarea.body-param__text').fill(JSON.stringify(input.body));
    if (input.id !== undefined) await operation.locator('tr[data-param-name="id"] input').fill(input.id);
    if (input.file !== undefined) await operation.locator('input[type="file"]').setInputFiles(input.file);
    const answered = page.waitForResponse((response) => response.request().resourceType() === 'fetch');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = await answered;
    const shown = operation.locator('.live-responses-table .response-col_status').last();
    expect(await shown.innerText()).toContain(String(answer.status()));
    return { status: answer.status(), body: await answer.text() };
  }
});

interface Input {
  readonly body?: unknown;
  readonly id?: string;
  readonly file?: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer };
}

interface Operation {
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly required: boolean }[];
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

function needsInput(operation: Operation): boolean {
  return (operation.parameters ?? []).some(({ required }) => required);
}
