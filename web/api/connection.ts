import { Store } from '../parts/store.js';

/** What the whole page should know about the service: `offline`, or `read-only` while it cannot keep its trail. */
export type Connection = 'good' | 'offline' | 'read-only';

/** How often the service has refused what a role is for. */
export const forbidden = new Store(0);

export const connection = new Store<Connection>(navigator.onLine ? 'good' : 'offline');

addEventListener('offline', () => (connection.value = 'offline'));
addEventListener('online', () => (connection.value = 'good'));

/** Learns from the outcome of a request. `code` is that of its refusal. */
export function noteAnswer(method: string, code: string | null): void {
  if (code === 'forbidden') forbidden.value++;
  if (code === 'audit_unavailable') connection.value = 'read-only';
  else if (connection.value === 'offline' || (method !== 'GET' && code === null)) connection.value = 'good';
}

export function noteSilence(): void {
  connection.value = 'offline';
}
