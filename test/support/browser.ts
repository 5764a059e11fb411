import { type Browser, chromium, type Page } from 'playwright-core';

/** Debian's Chromium, or another one at `CHROMIUM`. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // The sandbox needs a user other than root, which a build machine may not have.
    args: ['--no-sandbox'],
  });
}

/** What goes wrong in a page from now on: exceptions of its scripts, and what the browser reports, such as a violated policy. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refusal of the service is reported too. It is not a fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  return complaints;
}
