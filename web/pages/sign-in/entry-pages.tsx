import { usePath } from '../../parts/router.js';
import { ForgotPage } from './forgot-page.js';
import { RegisterPage } from './register-page.js';
import { SignInPage } from './sign-in-page.js';

/** What is shown to who is not signed in. Other addresses stay in the address bar, for afterwards. */
export function EntryPages({ ended }: { readonly ended: boolean }) {
  const path = usePath();
  if (path === '/register') return <RegisterPage />;
  if (path === '/forgot') return <ForgotPage />;
  return <SignInPage ended={ended} />;
}
