import { useCallback, useEffect, useState } from 'preact/hooks';

/** What was asked of the service: not there yet, there, or refused. */
export interface Answer<T> {
  readonly value: T | null;
  readonly error: unknown;
  /** Asks anew. What is shown stays until then. */
  readonly again: () => void;
  /** Puts another value in its place, such as after a change. */
  readonly set: (value: T) => void;
}

/** Asks the service when the page shows it, and again when `about` is another. */
export function useAnswer<T>(ask: () => Promise<T>, about: readonly unknown[]): Answer<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let shown = true;
    setError(null);
    ask().then(
      (found) => shown && setValue(() => found),
      (fault: unknown) => shown && setError(fault),
    );
    return () => {
      shown = false;
    };
  }, [...about, turn]);
  return {
    value,
    error,
    again: useCallback(() => setTurn((count) => count + 1), []),
    set: useCallback((next: T) => setValue(() => next), []),
  };
}
