import type { KeptCheckpoint } from './outcome.js';

/** Browsers keep this for each origin. */
const PLACE = 'checked-log';

/** Null when nothing was kept. What cannot be read is returned too: its signature will not be right. */
export function keptCheckpoint(): KeptCheckpoint | null {
  const text = localStorage.getItem(PLACE);
  return text === null ? null : parse(text);
}

export function keepCheckpoint(kept: KeptCheckpoint): void {
  localStorage.setItem(PLACE, JSON.stringify(kept));
}

function parse(text: string): KeptCheckpoint {
  const unreadable: KeptCheckpoint = { vkey: '', note: '', at: '' };
  try {
    const { vkey, note, at } = JSON.parse(text) as Record<keyof KeptCheckpoint, unknown>;
    const isKept = typeof vkey === 'string' && typeof note === 'string' && typeof at === 'string';
    return isKept && !Number.isNaN(Date.parse(at)) ? { vkey, note, at } : unreadable;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    return unreadable;
  }
}
