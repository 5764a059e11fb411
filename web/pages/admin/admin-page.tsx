import type { User } from '../../api/types.js';
import { InvitationList } from './invitation-list.js';
import { ServicePanel } from './service-panel.js';
import { UserTable } from './user-table.js';
import './admin.css';

/** For admins: whether the service is well, who is invited, and who is there. Nobody's files and nobody's trail. */
export function AdminPage({ user }: { readonly user: User }) {
  return (
    <div class="page admin">
      <div class="page-head">
        <h1>Admin</h1>
        <p>The service and its users. Their files stay theirs: no admin can open them.</p>
      </div>
      <div class="admin-panels">
        <ServicePanel />
        <InvitationList />
      </div>
      <UserTable me={user} />
    </div>
  );
}
