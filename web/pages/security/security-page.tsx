import type { User } from '../../api/types.js';
import { AccountPanel } from './account-panel.js';
import { DeleteAccount } from './delete-account.js';
import { FactorList } from './factor-list.js';
import { KeyList } from './key-list.js';
import { PasswordForm } from './password-form.js';
import { SessionList } from './session-list.js';
import './security.css';

/** The account, and how it is protected: password, second factors, sessions, and keys for programs. */
export function SecurityPage({ user }: { readonly user: User }) {
  return (
    <div class="page security">
      <div class="page-head">
        <h1>Security</h1>
        <p>Who can get into {user.email}, and how.</p>
      </div>
      <AccountPanel user={user} />
      <FactorList />
      <PasswordForm email={user.email} />
      <SessionList />
      <KeyList />
      <DeleteAccount />
    </div>
  );
}
