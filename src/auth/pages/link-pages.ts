import { html, NOTHING } from '../../pages/html.js';
import { ICONS } from '../../pages/page.js';
import { linkPage } from './link-page.js';

const NEW_PASSWORD = html`<label for="password">New password</label>
  <input
    id="password"
    name="password"
    type="password"
    minlength="8"
    maxlength="72"
    autocomplete="new-password"
    required
  />`;

/** Where the link of a forgotten password leads. */
export const RESET_PAGE = linkPage({
  icon: ICONS.key,
  title: 'Choose a new password',
  text: 'At least 8 characters. All devices are signed out, and you sign in again with it.',
  action: '/api/auth/password-reset/confirm',
  tokenMember: 'token',
  fields: NEW_PASSWORD,
  button: 'Set the password',
  done: {
    title: 'Your password was changed',
    text: 'You can sign in with it now. All devices were signed out.',
  },
});

/** Where the link to an e-mail address leads. A button, so that programs that look at links use none up. */
export const VERIFY_PAGE = linkPage({
  icon: ICONS.letter,
  title: 'Confirm your e-mail address',
  text: 'Confirm that this address is yours.',
  action: '/api/auth/email-verification/confirm',
  tokenMember: 'token',
  fields: NOTHING,
  button: 'Confirm the address',
  done: { title: 'Your address is confirmed', text: 'You can close this page.' },
});
