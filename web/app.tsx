import { access, resume } from './api/access.js';
import { EntryPages } from './pages/sign-in/entry-pages.js';
import { inBackground } from './parts/background.js';
import { FaultCard } from './parts/fault-card.js';
import { useStore } from './parts/store.js';
import { Shell } from './shell/shell.js';

/** The whole console: the pages before the sign-in, or the shell around the others. */
export function App() {
  const now = useStore(access);
  switch (now.state) {
    case 'starting':
      return null;
    case 'unreachable':
      return <FaultCard error={now.error} retry={() => inBackground(resume())} />;
    case 'out':
      return <EntryPages ended={now.why === 'ended'} />;
    case 'in':
      return <Shell key={now.user.id} user={now.user} />;
  }
}
