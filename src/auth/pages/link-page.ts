import { html, type Markup } from '../../pages/html.js';
import { page } from '../../pages/page.js';
import { LINK_SCRIPT } from './link-script.js';

/** The page behind a link with a token: what is asked, and what is said when it has been done. */
export interface LinkPage {
  readonly icon: Markup;
  readonly title: string;
  readonly text: string;
  /** The route of the API that takes the form, and the member of its body that takes the token. */
  readonly action: string;
  readonly tokenMember: string;
  readonly fields: Markup;
  readonly button: string;
  readonly done: { readonly title: string; readonly text: string };
}

/** The HTML of such a page. Without scripts, it says that it needs them. */
export function linkPage({ icon, title, text, action, tokenMember, fields, button, done }: LinkPage): Markup {
  return page(
    title,
    html`<div id="ask">
        ${icon}
        <h1>${title}</h1>
        <p>${text}</p>
        <form action="${action}" method="post" data-token="${tokenMember}" hidden>
          ${fields}
          <button>${button}</button>
        </form>
        <p class="wrong" id="wrong" role="alert" hidden></p>
        <p id="noscript">This page needs JavaScript, to keep its secret out of the logs of servers.</p>
      </div>
      <div id="done" hidden>
        ${icon}
        <h1 tabindex="-1">${done.title}</h1>
        <p>${done.text}</p>
        <p><a href="/">Go to your files</a></p>
      </div>`,
    LINK_SCRIPT,
  );
}
