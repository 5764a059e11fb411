import { Store } from '../parts/store.js';
import { access, api, onLeave } from './access.js';
import type { Profile } from './types.js';

/** The profile of the signed-in user with the storage used. Null until it is known. */
export const profile = new Store<Profile | null>(null);

onLeave(() => (profile.value = null));

/** Reads it anew, such as after an upload. */
export async function readProfile(): Promise<void> {
  const found = await api.account.get();
  const now = access.value;
  // The user may have left meanwhile.
  if (now.state === 'in' && now.user.id === found.id) profile.value = found;
}
