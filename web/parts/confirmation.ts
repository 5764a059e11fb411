import { isRefusal } from '../../clients/typescript/src/main.js';
import { onLeave } from '../api/access.js';
import { Store } from './store.js';

/** The service wants to know again who is there before it does something. */
export interface ConfirmationRequest {
  readonly methods: readonly string[];
  /** @param confirmed false when the user has closed the dialog. */
  readonly settle: (confirmed: boolean) => void;
}

/** What the dialog of the shell asks for. Null when nothing is asked. */
export const confirmation = new Store<ConfirmationRequest | null>(null);

onLeave(() => confirmation.value?.settle(false));

/** The user did not say who they are, so nothing was done. */
export class NotConfirmed extends Error {
  override readonly name = 'NotConfirmed';

  constructor(cause: unknown) {
    super('Nothing was changed.', { cause });
  }
}

let asked: Promise<boolean> | null = null;

/** Does what wants a confirmed session: if it is refused for that, it asks for the confirmation and does it then. */
export async function confirmed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error, 'confirmation_required')) throw error;
    // What comes meanwhile waits for the same answer.
    asked ??= ask(error.problem.methods ?? ['password']).finally(() => (asked = null));
    if (!(await asked)) throw new NotConfirmed(error);
    return work();
  }
}

async function ask(methods: readonly string[]): Promise<boolean> {
  try {
    return await new Promise<boolean>((settle) => (confirmation.value = { methods, settle }));
  } finally {
    confirmation.value = null;
  }
}
