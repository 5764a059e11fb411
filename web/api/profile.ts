import { Store } from '../parts/store.js';
import { access, api } from './access.js';
import type { Profile } from './types.js';

/** The profile of the signed-in user with the storage used. Null until it is known. */
export const profile = new Store<Profile | null>(null);

access.follow((now) => {
  if (now.state !== 'in' || now.user.id !== profile.value?.id) profile.value = null;
});

/** Reads it anew, such as after an upload. */
export async function readProfile(): Promise<void> {
  profile.value = await api.account.get();
}
