import { ApiError, connect, ConnectionError, type TokenPair } from '../../clients/typescript/src/main.js';
import { Store } from '../parts/store.js';
import { consoleFetch } from './console-fetch.js';
import type { SignedIn, User } from './types.js';

/** Whether somebody is signed in. `unreachable`: nobody can tell, as the service does not answer or refuses to tell now. */
export type Access =
  | { readonly state: 'starting' }
  | { readonly state: 'unreachable'; readonly error: unknown }
  | { readonly state: 'in'; readonly user: User }
  /** `ended`: somebody was signed in, and the session ended elsewhere. */
  | { readonly state: 'out'; readonly why: 'never' | 'signed_out' | 'ended' };

/** What tabs tell each other. */
type Word =
  | { readonly type: 'in'; readonly tokens: TokenPair; readonly user: User }
  | { readonly type: 'changed'; readonly user: User }
  | { readonly type: 'out'; readonly why: 'signed_out' | 'ended' };

/** Says that the browser has a cookie to refresh with. Without it nobody needs to ask. */
const MARK = 'signed-in';

export const access = new Store<Access>({ state: 'starting' });

/** The service by its operations, for the signed-in user. The access token lives in the memory of the tabs only. */
export const api = connect({ url: '', fetch: consoleFetch, renew });

const tabs = new BroadcastChannel('access');
tabs.onmessage = ({ data }: MessageEvent<Word>) => {
  if (data.type === 'in') enter(data.tokens, data.user);
  else if (data.type === 'out') leave(data.why);
  else change(data.user);
};

/** Signs in with the cookie of an earlier visit. */
export async function resume(): Promise<void> {
  if (localStorage.getItem(MARK) === null) return leave('never');
  access.value = { state: 'starting' };
  try {
    await api.tokens.renew();
  } catch (error) {
    if (access.value.state === 'starting') access.value = { state: 'unreachable', error };
    if (!(error instanceof ConnectionError || error instanceof ApiError)) throw error;
  }
}

/** Takes a sign-in, for all tabs. */
export function admit({ user, ...tokens }: SignedIn): void {
  localStorage.setItem(MARK, '1');
  enter(tokens, user);
  tabs.postMessage({ type: 'in', tokens, user } satisfies Word);
}

/** Calls `forget` whenever the user who was in is so no more: nobody is, or another one. What was theirs has to go. */
export function onLeave(forget: () => void): void {
  let last: string | null = null;
  access.follow((now) => {
    const id = now.state === 'in' ? now.user.id : null;
    if (last !== null && id !== last) forget();
    last = id;
  });
}

/** The signed-in user has changed, such as by a new name. All tabs know it. */
export function know(user: User): void {
  change(user);
  tabs.postMessage({ type: 'changed', user } satisfies Word);
}

/** Signs out, in all tabs. */
export function expel(why: 'signed_out' | 'ended'): void {
  localStorage.removeItem(MARK);
  leave(why);
  tabs.postMessage({ type: 'out', why } satisfies Word);
}

/**
 * Gets a new access token, once for all tabs: who waited for another tab takes the token of that.
 * @throws `ApiError` when the session has ended: then everybody is signed out.
 */
async function renew(): Promise<TokenPair> {
  const { pair: stale, generation } = api.tokens;
  return alone(async () => {
    const { pair } = api.tokens;
    if (pair !== null && pair !== stale) return pair;
    try {
      // The service takes the refresh token of the cookie.
      const signedIn = await api.sessions.refresh({ body: { refresh_token: '' } });
      // Another user may have signed in meanwhile.
      if (api.tokens.generation === generation) admit(signedIn);
      return signedIn;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) expel('ended');
      throw error;
    }
  });
}

/** What was asked for with the tokens of another session does not go on with these. */
function enter(tokens: TokenPair, user: User): void {
  const now = access.value;
  const isAnother = now.state === 'out' || (now.state === 'in' && now.user.id !== user.id);
  if (isAnother) api.tokens.keep(tokens);
  else api.tokens.renewed(tokens);
  access.value = { state: 'in', user };
}

/** Who has left meanwhile is not shown again. */
function change(user: User): void {
  const now = access.value;
  if (now.state === 'in' && now.user.id === user.id) access.value = { state: 'in', user };
}

function leave(why: 'never' | 'signed_out' | 'ended'): void {
  api.tokens.forget();
  // Who was never in is not told that a session ended.
  access.value = { state: 'out', why: access.value.state === 'in' ? why : 'never' };
}

/** Runs while no other tab does. Browsers have locks in secure contexts only; elsewhere the service forgives a race. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return 'locks' in navigator ? navigator.locks.request('refresh', work) : work();
}
