import type { Tokens } from './tokens.js';

/** A session in which something was asked for, with a token of it. */
interface Session {
  readonly tokens: Tokens;
  readonly generation: number;
}

const sessions = new WeakMap<object, Session>();

/** Remembers in which session an answer was asked for. What needs no token belongs to none. */
export function keepSession(answer: object, session: Session): void {
  sessions.set(answer, session);
}

/**
 * `ask`, for questions that follow each other: all of them in the session of the first one.
 * @throws ApiError when that has ended, as nothing is asked for, or taken, in another one.
 */
export function inOneSession<A extends unknown[], T extends object>(
  ask: (...question: A) => Promise<T>,
): (...question: A) => Promise<T> {
  let first: Session | undefined;
  const demand = () => first?.tokens.demand(first.generation);
  return async (...question) => {
    demand();
    const answer = await ask(...question);
    const session = sessions.get(answer);
    first ??= session;
    // `ask` may have waited before it sent the question. Who asked in the session still gets the answer after its end.
    if (session?.generation !== first?.generation) demand();
    return answer;
  };
}
