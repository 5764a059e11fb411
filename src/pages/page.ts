import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { html, type Markup, NOTHING, verbatim } from './html.js';
import { PAGE_STYLE } from './page-style.js';

const STYLE = verbatim(`<style>${PAGE_STYLE}</style>`);
/** Of what is between the tags, to the byte. */
const STYLE_HASH = createHash('sha256').update(PAGE_STYLE).digest('base64');

/** A script of a page. It is inline; the content security policy has its hash. */
export class Script {
  readonly markup: Markup;
  readonly hash: string;

  constructor(text: string) {
    this.markup = verbatim(`<script>${text}</script>`);
    this.hash = createHash('sha256').update(text).digest('base64');
  }
}

const icon = (paths: string) =>
  verbatim(
    '<div class="icon" aria-hidden="true"><svg width="28" height="28" viewBox="0 0 24 24" fill="none" stroke="currentColor" ' +
      `stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${paths}</svg></div>`,
  );

export const ICONS = {
  file: icon('<path d="M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8z"/><path d="M14 3v5h5"/>'),
  lock: icon('<rect x="5" y="11" width="14" height="10" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>'),
  ended: icon(
    '<path d="M9 17H7A5 5 0 0 1 7 7"/><path d="M15 7h2a5 5 0 0 1 4 8"/><path d="M8 12h4"/><path d="M3 3l18 18"/>',
  ),
  key: icon('<circle cx="8" cy="15" r="4"/><path d="M11 12l9-9"/><path d="M16 7l3 3"/>'),
  letter: icon('<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M3.5 7l8.5 6 8.5-6"/>'),
  person: icon('<circle cx="12" cy="8" r="4"/><path d="M4 21a8 8 0 0 1 16 0"/>'),
  notice: icon('<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5"/><path d="M12 16.5v.01"/>'),
};

/** A whole page. It loads nothing. `script` is run at the end of the page, if `sendPage` is told of it. */
export function page(title: string, content: Markup, script: Script | null = null): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${STYLE}
      </head>
      <body>
        <main>${content}</main>
        ${script === null ? NOTHING : script.markup}
      </body>
    </html>`;
}

/** What a page may do beyond showing itself. */
interface Permissions {
  /** The sources to which a form may lead (CSP, `form-action`), redirects included. */
  readonly formTargets?: readonly string[];
  /** The script of the page. It may call this service and nothing else. */
  readonly script?: Script;
}

/**
 * Sends a page. A browser runs nothing in it but its script, keeps no copy, and tells no other site its address; search
 * engines leave it out.
 */
export function sendPage(
  response: ServerResponse,
  status: number,
  content: Markup,
  { formTargets = [], script }: Permissions = {},
): void {
  response.statusCode = status;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${STYLE_HASH}'`,
    ...(script === undefined ? [] : [`script-src 'sha256-${script.hash}'`, "connect-src 'self'"]),
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  response.setHeader('Content-Security-Policy', policy.join('; '));
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Robots-Tag', 'noindex');
  response.end(content.text);
}
