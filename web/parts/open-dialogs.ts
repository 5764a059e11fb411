import { Store } from './store.js';

/** The ids of the open dialogs, the topmost last. All that is outside of it is inert. */
export const openDialogs = new Store<readonly string[]>([]);
