import type { User } from '../api/types.js';
import { useEffect } from 'preact/hooks';
import { readProfile } from '../api/profile.js';
import { inBackground } from '../parts/background.js';
import { ConfirmationDialog } from '../parts/confirmation-dialog.js';
import { Icon } from '../parts/icon.js';
import { Link, usePath } from '../parts/router.js';
import { ToastList } from '../parts/toast-list.js';
import { UploadTray } from '../uploads/upload-tray.js';
import { AccountMenu } from './account-menu.js';
import { ConnectionBanner } from './connection-banner.js';
import { type Place, placesFor } from './places.js';
import { StorageBar } from './storage-bar.js';
import { Brand } from '../parts/brand.js';
import './shell.css';

/** The frame of all pages of a signed-in user: where one can go, the storage, uploads, and what has happened. */
export function Shell({ user }: { readonly user: User }) {
  const path = usePath();
  const places = placesFor(user);
  const here = places.find((place) => place.path === path) ?? places[0]!;
  useEffect(() => inBackground(readProfile()), []);
  useEffect(() => {
    document.title = `${here.name} · Files`;
  }, [here]);
  return (
    <div class="shell">
      <a class="skip button" href="#content">
        Skip to the content
      </a>
      <header class="top">
        <Link to="/" class="home" aria-label="Files, start">
          <Brand />
        </Link>
        <nav aria-label="Pages">
          <ul>
            {places.map((place) => (
              <NavItem key={place.path} place={place} current={place === here} />
            ))}
          </ul>
        </nav>
        <StorageBar />
        <AccountMenu user={user} />
      </header>
      <main id="content" tabIndex={-1}>
        <ConnectionBanner />
        <here.Page user={user} />
      </main>
      <UploadTray />
      <ConfirmationDialog />
      <ToastList />
    </div>
  );
}

function NavItem({ place, current }: { readonly place: Place; readonly current: boolean }) {
  return (
    <li>
      <Link to={place.path} aria-current={current ? 'page' : undefined}>
        <Icon name={place.icon} />
        <span>{place.name}</span>
      </Link>
    </li>
  );
}
