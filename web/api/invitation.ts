import { Store } from '../parts/store.js';

/** Where the tab keeps it, so that it outlives a reload. */
const PLACE = 'invitation';

/**
 * The token of the invitation that was opened: what stands behind the `#` of its address, which browsers do not send. It
 * goes from the address at once, and is kept until it is used or declined.
 */
export const invitation = new Store(sessionStorage.getItem(PLACE));

/** Called when the invitation was used or declined. */
export function forgetInvitation(): void {
  sessionStorage.removeItem(PLACE);
  invitation.value = null;
}

function take(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  sessionStorage.setItem(PLACE, token);
  invitation.value = token;
  history.replaceState(history.state, '', location.pathname);
}

take();
addEventListener('hashchange', take);
