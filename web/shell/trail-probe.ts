import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { api } from '../api/access.js';
import { connection } from '../api/connection.js';

const PAUSE_MS = 5000;

/**
 * Asks now and then for what is in the trail when it is answered, until it is. Then the page is told that the trail can be
 * written again.
 * @returns what ends it.
 */
export function askTrail(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let ended = false;
  const later = () => {
    if (!ended) timer = setTimeout(() => void ask(), PAUSE_MS);
  };
  const ask = async () => {
    try {
      await api.files.list({ query: { limit: 1 } });
      if (!ended) connection.value = 'good';
    } catch (error) {
      later();
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
    }
  };
  later();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
