import { Script } from '../../pages/page.js';

/**
 * Sends the form of a page to the API, with the token behind the `#` of the address, which browsers do not send. It
 * shows what the API answers.
 */
export const LINK_SCRIPT = new Script(`
const form = document.querySelector('form');
const done = document.getElementById('done');
const wrong = document.getElementById('wrong');
const token = new URLSearchParams(location.hash.slice(1)).get('token');
const tell = (text) => { wrong.textContent = text; wrong.hidden = text === ''; };
document.getElementById('noscript').hidden = true;
if (token === null) tell('This address is not complete. Open the link once more, or copy all of it.');
else form.hidden = false;
// Another link was opened in the same tab, which loads no page.
addEventListener('hashchange', () => { if (location.hash !== '') location.reload(); });
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  tell('');
  const body = Object.fromEntries(new FormData(form));
  body[form.dataset.token] = token;
  try {
    const answer = await fetch(form.getAttribute('action'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      document.getElementById('ask').hidden = true;
      done.hidden = false;
      done.querySelector('h1').focus();
      history.replaceState(null, '', location.pathname);
      return;
    }
    const problem = await answer.json();
    const texts = (problem.errors ?? []).map(({ message }) => message);
    if (problem.code === 'invalid_token') tell('This link was used, or its time is over. Ask for a new one.');
    else tell(texts.length > 0 ? texts.join('. ') + '.' : problem.detail);
  } catch {
    tell('The service cannot be reached. Try again in a moment.');
  }
  button.disabled = false;
});
`);
