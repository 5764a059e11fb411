import { connection } from '../api/connection.js';
import { Icon } from '../parts/icon.js';
import { useStore } from '../parts/store.js';

/** Over every page while the service cannot be reached, or takes no changes. */
export function ConnectionBanner() {
  const now = useStore(connection);
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
            The service cannot write its trail at the moment, so it takes no changes. Reading works. Try again
            in a minute.
          </p>
        </div>
      )}
    </div>
  );
}
