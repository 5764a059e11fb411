import { html, NOTHING, together } from '../../pages/html.js';

/** Mail programs ignore style sheets, so each element has its style. */
const PAGE =
  'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif;margin:0 auto;max-width:560px;padding:32px 20px';
const BUTTON =
  'background:#1f5fbf;border-radius:6px;color:#ffffff;display:inline-block;padding:12px 20px;text-decoration:none';
const SMALL = 'color:#5b6470;font-size:13px';

/** What a letter tells, as plain texts by name. */
export type Facts = Readonly<Record<string, string>>;

/** A link in a letter: what it says, and the page and token that it opens. */
export interface Link {
  readonly label: string;
  readonly path: string;
}

/** The content of a letter. Both the plain text and the HTML are made from it. */
export interface Content {
  readonly subject: string;
  /** One line each, without line breaks. */
  readonly paragraphs: readonly string[];
  readonly link?: Link;
  /** Smaller, at the end: what to do when the reader did not expect the letter. */
  readonly closing: string;
}

/** The content of a letter with a link. */
export type LinkedContent = Content & { readonly link: Link };

/** A letter, ready to be sent. */
export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/**
 * The address that a link opens. The token stands in the fragment, which browsers do not send, so that no proxy logs
 * it.
 * @param publicUrl the address that people use.
 */
export function linkOf({ path }: Link, publicUrl: string, token: string | null): string {
  return `${publicUrl}${path}${token === null ? '' : `#token=${token}`}`;
}

/** Makes the plain text and the HTML of a letter. */
export function render(content: Content, publicUrl: string, token: string | null): RenderedLetter {
  const { subject, paragraphs, link, closing } = content;
  const url = link === undefined ? null : linkOf(link, publicUrl, token);
  const { host } = new URL(publicUrl);
  const text = [...paragraphs, ...(url === null ? [] : [url]), closing, `-- \n${host}`].join('\n\n');
  return { subject, text, html: page(content, url, host) };
}

function page({ subject, paragraphs, link, closing }: Content, url: string | null, host: string): string {
  const body = together(paragraphs.map((text) => html`<p style="margin:0 0 16px">${text}</p>`));
  const button =
    url === null
      ? NOTHING
      : html`<p style="margin:24px 0"><a href="${url}" style="${BUTTON}">${link!.label}</a></p>
          <p style="${SMALL};margin:0 0 16px;word-break:break-all">${url}</p>`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        <title>${subject}</title>
      </head>
      <body style="${PAGE}">
        <h1 style="font-size:20px;line-height:1.3;margin:0 0 20px">${subject}</h1>
        ${body} ${button}
        <p style="${SMALL};margin:24px 0 0">${closing}</p>
        <p style="${SMALL};margin:8px 0 0">${host}</p>
      </body>
    </html>`.text;
}
