import type { User } from '../api/types.js';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { invitation } from '../api/invitation.js';
import { readProfile } from '../api/profile.js';
import { inBackground } from '../parts/background.js';
import { ConfirmationDialog } from '../parts/confirmation-dialog.js';
import { Icon } from '../parts/icon.js';
import { Link, navigate, usePath } from '../parts/router.js';
import { useStore } from '../parts/store.js';
import { ToastList } from '../parts/toast-list.js';
import { UploadTray } from '../uploads/upload-tray.js';
import { InvitationPage } from '../pages/sign-in/invitation-page.js';
import { AccountMenu } from './account-menu.js';
import { ConnectionBanner } from './connection-banner.js';
import { leave } from './leave.js';
import { type Place, placesFor } from './places.js';
import { StorageBar } from './storage-bar.js';
import { Brand } from '../parts/brand.js';
import './shell.css';

/** The frame of all pages of a signed-in user: where one can go, the storage, uploads, and what has happened. */
export function Shell({ user }: { readonly user: User }) {
  const path = usePath();
  const places = placesFor(user);
  const asked = places.find((place) => place.path === path);
  const here = asked ?? places[0]!;
  const token = useStore(invitation);
  const invited = token !== null && path === '/register';
  // What has changed meanwhile, such as a role or a confirmed e-mail.
  useEffect(() => inBackground(readProfile()), [path]);
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && inBackground(readProfile());
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  // Such as the address of the sign-in, for who is signed in.
  useLayoutEffect(() => {
    if (asked === undefined && !invited) navigate('/', { replace: true });
  }, [asked, invited]);
  useLayoutEffect(() => {
    document.title = `${invited ? 'Invitation' : here.name} · Files`;
  }, [here, invited]);
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
              <NavItem key={place.path} place={place} current={place === here && !invited} />
            ))}
          </ul>
        </nav>
        <StorageBar />
        <AccountMenu user={user} />
      </header>
      <main id="content" tabIndex={-1}>
        <ConnectionBanner />
        {invited ? (
          <InvitationPage email={user.email} signOut={() => inBackground(leave())} />
        ) : (
          <here.Page user={user} />
        )}
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
