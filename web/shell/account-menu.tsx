import type { User } from '../api/types.js';
import { inBackground } from '../parts/background.js';
import { Icon } from '../parts/icon.js';
import { Menu } from '../parts/menu.js';
import { leave } from './leave.js';
import { StorageBar } from './storage-bar.js';

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
