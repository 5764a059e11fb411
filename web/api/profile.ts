import { inBackground } from '../parts/background.js';
import { Store } from '../parts/store.js';
import { access, api, know, onLeave } from './access.js';
import { forbidden } from './connection.js';
import type { Profile, User } from './types.js';

/** The profile of the signed-in user with the storage used. Null until it is known. */
export const profile = new Store<Profile | null>(null);

onLeave(() => (profile.value = null));

// Somebody who may not do what the page offers may have lost a role.
forbidden.follow(() => inBackground(readProfile()));

/** Reads it anew, such as after an upload. All tabs learn what has changed of the user. */
export async function readProfile(): Promise<void> {
  const before = access.value;
  const found = await api.account.get();
  const now = access.value;
  // The user may have left meanwhile.
  if (before.state !== 'in' || now.state !== 'in' || now.user.id !== found.id) return;
  // Or has changed, and this may be how it was.
  if (now.user !== before.user) return readProfile();
  profile.value = found;
  if (!isOf(now.user, found)) know(found);
}

/** Whether what is known of a user is so in the profile. */
function isOf(user: User, found: Profile): boolean {
  return (Object.keys(user) as (keyof User)[]).every((name) => String(user[name]) === String(found[name]));
}
