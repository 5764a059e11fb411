import { ConnectionError } from '../../clients/typescript/src/main.js';
import { signOut } from '../api/sign-in.js';
import { toast } from '../parts/toasts.js';

/** Signs out. Who cannot be signed out is told so. */
export async function leave(): Promise<void> {
  try {
    await signOut();
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    toast({ text: 'You are still signed in: the service cannot be reached.', tone: 'wrong' });
  }
}
