import type { ApiError } from '../../common/refusals/refusal.js';
import { html, type Markup } from '../../pages/html.js';
import { ICONS, page } from '../../pages/page.js';

/** The page of a refusal. That of a link that opens nothing does not tell why. */
export function refusalPage(error: ApiError): Markup {
  if (error.code === 'share_not_found')
    return overPage(
      'This link opens nothing',
      'It may have expired, been used up or withdrawn, or be mistyped. Ask the person who sent it for a new one.',
    );
  if (error.code === 'grant_not_found')
    return overPage(
      'This download is over',
      'It was good for an hour, or its link was withdrawn. Open the link again to see whether it still opens something.',
    );
  const tooMany = error.code === 'too_many_attempts';
  const title = tooMany ? 'Too many wrong passwords' : error.title;
  return page(
    title,
    html`${ICONS.notice}
      <h1>${title}</h1>
      <p>${tooMany ? 'This link takes no password for a while.' : error.detail} ${waitOf(error)}</p>
      <p><a href="">${error.status >= 500 ? 'Try again' : 'Back to the file'}</a></p>`,
  );
}

/** The page of what opens nothing any more. There is nothing to try again. */
function overPage(title: string, text: string): Markup {
  return page(
    title,
    html`${ICONS.ended}
      <h1>${title}</h1>
      <p>${text}</p>`,
  );
}

function waitOf({ headers }: ApiError): string {
  const seconds = Number(headers['Retry-After'] ?? 0);
  if (seconds === 0) return '';
  if (seconds < 60) return 'Try again in a minute.';
  return `Try again in ${Math.ceil(seconds / 60)} minutes.`;
}
