import { connection } from '../api/connection.js';
import { useEffect } from 'preact/hooks';
import { Icon } from '../parts/icon.js';
import { useStore } from '../parts/store.js';
import { askUntilGood } from './connection-probe.js';

/** Over every page while the service cannot be reached, or cannot write its trail. */
export function ConnectionBanner() {
  const now = useStore(connection);
  useEffect(() => (now === 'good' ? undefined : askUntilGood(now)), [now]);
  return (
    <div role="status">
      {now === 'offline' && (
        <div class="banner note warn">
          <Icon name="offline" />
          <p>No connection to the service. What you see may be old; uploads go on by themselves.</p>
        </div>
      )}
      {now === 'read-only' && (
        <div class="banner note warn">
          <Icon name="lock" />
          <p>
            The service cannot write its trail at the moment, and does nothing that would not be in it: it
            takes no changes, and lists and opens no files. This goes away by itself.
          </p>
        </div>
      )}
    </div>
  );
}
