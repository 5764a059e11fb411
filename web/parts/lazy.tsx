import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ConnectionError } from '../../clients/typescript/src/main.js';
import { FaultCard } from './fault-card.js';

/** A part whose code is loaded when it is first shown. `waiting` stands in its place meanwhile. */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting: VNode | null = null,
): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  return function Lazy(props: P) {
    const [Part, setPart] = useState<ComponentType<P> | null>(() => loaded);
    const [fault, setFault] = useState<unknown>(null);
    const [turn, setTurn] = useState(0);
    useEffect(() => {
      if (loaded !== null) return;
      setFault(null);
      load().then(
        (part) => {
          loaded = part;
          setPart(() => part);
        },
        (error: unknown) => setFault(error),
      );
    }, [turn]);
    if (fault !== null && !navigator.onLine)
      return <FaultCard error={new ConnectionError(fault)} retry={() => setTurn(turn + 1)} />;
    if (fault !== null)
      return (
        <FaultCard
          error={new Error('This page could not be loaded. There may be a newer one.')}
          retry={() => location.reload()}
        />
      );
    return Part === null ? waiting : <Part {...props} />;
  };
}
