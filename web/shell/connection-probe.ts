import { ApiError, ConnectionError } from '../../clients/typescript/src/main.js';
import { api } from '../api/access.js';
import { type Connection, connection } from '../api/connection.js';

const PAUSE_MS = 5000;

const QUESTIONS = { offline: isThere, 'read-only': hasTrail };

/**
 * Asks now and then whether what is wrong has passed, until it has. Then the page is told.
 * @returns what ends it.
 */
export function askUntilGood(wrong: Exclude<Connection, 'good'>): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let ended = false;
  const later = () => {
    if (!ended) timer = setTimeout(() => void ask(), PAUSE_MS);
  };
  const ask = async () => {
    const passed = await QUESTIONS[wrong]();
    if (!passed) later();
    else if (!ended) connection.value = 'good';
  };
  later();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** Whether the service itself answers: a proxy may do so while it is away. */
async function isThere(): Promise<boolean> {
  try {
    return (await fetch('/health', { cache: 'no-store' })).ok;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** Whether what is in the trail when it is answered can be done again. */
async function hasTrail(): Promise<boolean> {
  try {
    await api.files.list({ query: { limit: 1 } });
    return true;
  } catch (error) {
    if (error instanceof ApiError || error instanceof ConnectionError) return false;
    throw error;
  }
}
