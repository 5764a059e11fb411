import { forgetInvitation } from '../../api/invitation.js';
import { Icon } from '../../parts/icon.js';
import { navigate } from '../../parts/router.js';

interface InvitationPageProps {
  readonly email: string;
  readonly signOut: () => void;
}

/** An invitation that is opened by who is signed in already. It makes another account, so it asks first. */
export function InvitationPage({ email, signOut }: InvitationPageProps) {
  const decline = () => {
    forgetInvitation();
    navigate('/', { replace: true });
  };
  return (
    <div class="empty">
      <Icon name="people" />
      <h1>You have an account already</h1>
      <p>
        You are signed in as <strong>{email}</strong>. This invitation makes another account. To use it, sign
        out first.
      </p>
      <div class="row">
        <button type="button" class="button" onClick={decline}>
          Go to my files
        </button>
        <button type="button" class="button main" onClick={signOut}>
          Sign out and use it
        </button>
      </div>
    </div>
  );
}
