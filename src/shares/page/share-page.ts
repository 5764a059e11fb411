import type { SharedFile } from '../grants/shared-file.js';
import { html, type Markup, NOTHING, together } from '../../pages/html.js';
import { newShareToken } from '../links/share-token.js';
import { ICONS, page } from '../../pages/page.js';

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB'];
const NUMBERS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const TIMES = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });

/** The page of a link that opens something. With a password, nothing about the file is shown. */
export function sharePage(shared: SharedFile, wrongPassword: boolean): Markup {
  return shared.link.passwordHash === null ? openPage(shared) : lockedPage(shared, wrongPassword);
}

function openPage({ link, file }: SharedFile): Markup {
  return page(
    file.name,
    html`${ICONS.file}
      <h1 dir="auto">${file.name}</h1>
      <p>${sizeOf(file.size)} · ${file.mimeType}</p>
      <form method="post">${opening()}<button>Download</button></form>
      ${notes(expiryOf(link.expiresAt), leftOf(link))}`,
  );
}

function lockedPage({ link }: SharedFile, wrong: boolean): Markup {
  const message = html`<p class="wrong" id="wrong" role="alert">This password is wrong.</p>`;
  const described = html` aria-invalid="true" aria-describedby="wrong"`;
  return page(
    'A file with a password',
    html`${ICONS.lock}
      <h1>A file with a password</h1>
      <p>Enter the password that you were given.</p>
      <form method="post">
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          maxlength="1024"
          autocomplete="off"
          required
          autofocus${wrong ? described : NOTHING}
        />
        ${wrong ? message : NOTHING} ${opening()}
        <button>Download</button>
      </form>
      ${notes(expiryOf(link.expiresAt))}`,
  );
}

/** By this the service knows that two presses come from one page, which are one download. */
function opening(): Markup {
  return html`<input type="hidden" name="opening" value="${newShareToken()}" />`;
}

/** Sizes in decimal units, as the file managers of most systems show them. */
export function sizeOf(bytes: number): string {
  if (bytes === 1) return '1 byte';
  let size = bytes;
  let unit = 0;
  // What would be rounded to 1000 is one of the next unit.
  for (; size >= 999.95 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${NUMBERS.format(size)} ${UNITS[unit]!}`;
}

function expiryOf(expiresAt: string | null): string {
  return expiresAt === null ? '' : `Available until ${TIMES.format(new Date(expiresAt))} UTC`;
}

function leftOf({ maxDownloads, downloads }: SharedFile['link']): string {
  if (maxDownloads === null) return '';
  const left = maxDownloads - downloads;
  return left === 1 ? '1 download left' : `${NUMBERS.format(left)} downloads left`;
}

function notes(...texts: readonly string[]): Markup {
  const shown = texts.filter((text) => text !== '');
  if (shown.length === 0) return NOTHING;
  return html`<div class="notes">${together(shown.map((text) => html`<p>${text}</p>`))}</div>`;
}
