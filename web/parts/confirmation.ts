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

/** Does what wants a confirmed session: if it is refused for that, it asks for the confirmation and does it then. */
export async function confirmed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isRefusal(error, 'confirmation_required')) throw error;
    const { methods = ['password'] } = error.problem;
    const given = await new Promise<boolean>((settle) => {
      confirmation.value = { methods, settle };
    });
    confirmation.value = null;
    if (!given) throw new Error('Nothing was changed.', { cause: error });
    return work();
  }
}
