import { Store } from '../parts/store.js';
import { Problem, problemOf, Unreachable } from './problem.js';
import type { SignedIn, User } from './types.js';

/** Whether somebody is signed in. `unreachable`: nobody can tell, as the service does not answer. */
export type Access =
  | { readonly state: 'starting' | 'unreachable' }
  | { readonly state: 'in'; readonly user: User }
  /** `ended`: somebody was signed in, and the session ended elsewhere. */
  | { readonly state: 'out'; readonly why: 'never' | 'signed_out' | 'ended' };

/** What tabs tell each other. */
type Word =
  | { readonly type: 'in'; readonly token: string; readonly user: User }
  | { readonly type: 'out'; readonly why: 'signed_out' | 'ended' };

/** Says that the browser has a cookie to refresh with. Without it nobody needs to ask. */
const MARK = 'signed-in';

export const access = new Store<Access>({ state: 'starting' });

/** The access token. It lives in the memory of the tabs only. */
let token: string | null = null;
const tabs = new BroadcastChannel('access');
tabs.onmessage = ({ data }: MessageEvent<Word>) => (data.type === 'in' ? enter(data) : leave(data.why));

export function currentToken(): string | null {
  return token;
}

/** Signs in with the cookie of an earlier visit. */
export async function resume(): Promise<void> {
  if (localStorage.getItem(MARK) === null) return leave('never');
  access.value = { state: 'starting' };
  try {
    await refresh(null);
  } catch (error) {
    if (access.value.state === 'starting') access.value = { state: 'unreachable' };
    if (!(error instanceof Unreachable || error instanceof Problem)) throw error;
  }
}

/**
 * Gets a new access token, once for all tabs: who waited for another tab takes the token of that.
 * @param stale the token that is good no more.
 * @throws `Problem` when the session has ended: then everybody is signed out.
 */
export async function refresh(stale: string | null): Promise<void> {
  await alone(async () => {
    if (token !== null && token !== stale) return;
    try {
      admit(await post<SignedIn>('/api/auth/refresh', {}));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) expel('ended');
      throw error;
    }
  });
}

/** Takes a sign-in, for all tabs. */
export function admit(signedIn: SignedIn): void {
  localStorage.setItem(MARK, '1');
  enter(signedIn);
  tabs.postMessage({ type: 'in', token: signedIn.token, user: signedIn.user } satisfies Word);
}

/** The signed-in user is another now, such as by a new name. All tabs know it. */
export function know(user: User): void {
  if (token === null) return;
  enter({ token, user });
  tabs.postMessage({ type: 'in', token, user } satisfies Word);
}

/** Signs out, in all tabs. */
export function expel(why: 'signed_out' | 'ended'): void {
  localStorage.removeItem(MARK);
  leave(why);
  tabs.postMessage({ type: 'out', why } satisfies Word);
}

/** A request without a token, such as a sign-in. The service answers with a cookie instead of a refresh token. */
export async function post<T>(path: string, body: object): Promise<T> {
  const answer = await send(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Console': '1' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw await problemOf(answer);
  return (answer.status === 200 || answer.status === 201 ? await answer.json() : undefined) as T;
}

/** @throws `Unreachable` without an answer. */
export async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable(error);
  }
}

function enter({ token: fresh, user }: { readonly token: string; readonly user: User }): void {
  token = fresh;
  access.value = { state: 'in', user };
}

function leave(why: 'never' | 'signed_out' | 'ended'): void {
  token = null;
  // Who was never in is not told that a session ended.
  access.value = { state: 'out', why: access.value.state === 'in' ? why : 'never' };
}

/** Runs while no other tab does. Browsers have locks in secure contexts only; elsewhere the service forgives a race. */
async function alone(work: () => Promise<void>): Promise<void> {
  if ('locks' in navigator) await navigator.locks.request('refresh', work);
  else await work();
}
