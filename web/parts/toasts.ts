import { onLeave } from '../api/access.js';
import { Store } from './store.js';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'plain' | 'wrong';
  readonly requestId: string | null;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

const SHOWN_MS = 10_000;
const SHOWN_AT_ONCE = 3;

export const toasts = new Store<readonly Toast[]>([]);

onLeave(() => (toasts.value = []));

let last = 0;

/** Says what has happened, for some seconds. `action` is such as Undo. */
export function toast(given: Partial<Toast> & { readonly text: string }): void {
  const id = ++last;
  const shown: Toast = { tone: 'plain', requestId: null, action: null, ...given, id };
  toasts.value = [...toasts.value, shown].slice(-SHOWN_AT_ONCE);
  setTimeout(() => dismiss(id), shown.tone === 'wrong' ? SHOWN_MS * 2 : SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((other) => other.id !== id);
}
