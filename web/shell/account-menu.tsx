import { ConnectionError } from '../../clients/typescript/src/main.js';
import { signOut } from '../api/sign-in.js';
import type { User } from '../api/types.js';
import { inBackground } from '../parts/background.js';
import { Icon } from '../parts/icon.js';
import { Menu } from '../parts/menu.js';
import { toast } from '../parts/toasts.js';
import { StorageBar } from './storage-bar.js';

/** Who cannot be signed out has to know it. */
async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    toast({ text: 'You are still signed in: the service cannot be reached.', tone: 'wrong' });
  }
}

export function AccountMenu({ user }: { readonly user: User }) {
  const name = user.name ?? user.email;
  return (
    <div class="account">
      <Menu
        label={`Account of ${name}`}
        class="account-button"
        face={
          <>
            <span class="initial" aria-hidden="true">
              {name.charAt(0).toUpperCase()}
            </span>
            <span class="who">{name}</span>
            <Icon name="down" />
          </>
        }
      >
        <p class="account-mail">
          <span class="small quiet">Signed in as</span>
          <span>{user.email}</span>
        </p>
        <StorageBar />
        <hr />
        <a href="/docs">
          <Icon name="text" />
          API for programs
        </a>
        <button type="button" onClick={() => inBackground(leave())}>
          <Icon name="leave" />
          Sign out
        </button>
      </Menu>
    </div>
  );
}
