import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { FaultCard } from '../../../parts/fault-card.js';
import { Icon, type IconName } from '../../../parts/icon.js';
import { countOf, sizeOf } from '../../../parts/size.js';
import { useStore } from '../../../parts/store.js';
import { VerdictView } from './verdict-view.js';
import { tell, type Telling } from './verdict-words.js';
import type { Scope } from './outcome.js';
import { Verification, type VerificationState } from './verification.js';
import './verify.css';

interface VerifyPanelProps {
  readonly scope: Scope;
  readonly close: () => void;
}

/** Checks the trail in this browser, and says what it has found. Closing it ends the check. */
export function VerifyPanel({ scope, close }: VerifyPanelProps) {
  const [turn, setTurn] = useState(0);
  const verification = useMemo(() => new Verification(scope), [scope, turn]);
  const state = useStore(verification.state);
  const section = useRef<HTMLElement>(null);
  const id = useId();
  useLayoutEffect(() => section.current!.focus({ preventScroll: true }), []);
  useEffect(() => {
    void verification.run();
    return () => verification.cancel();
  }, [verification]);
  const again = () => {
    section.current!.focus();
    setTurn(turn + 1);
  };
  const told = state.step === 'done' ? tell(state.outcome) : null;
  return (
    <section
      ref={section}
      class={`card verify ${told?.tone ?? ''}`}
      aria-labelledby={id}
      aria-busy={state.step === 'fetching' || state.step === 'checking'}
      tabIndex={-1}
    >
      <header>
        <span class="seal">
          <Icon name={iconOf(state, told)} />
        </span>
        <div class="grow" aria-live="polite">
          <h2 id={id}>{titleOf(state, told)}</h2>
        </div>
        <button type="button" class="button plain square low" aria-label="Close the check" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <Body state={state} told={told} verification={verification} again={again} />
    </section>
  );
}

interface BodyProps {
  readonly state: VerificationState;
  readonly told: Telling | null;
  readonly verification: Verification;
  readonly again: () => void;
}

function Body({ state, told, verification, again }: BodyProps) {
  switch (state.step) {
    case 'fetching':
      return (
        <Running cancel={() => verification.cancel()} words={`${sizeOf(state.bytes)} fetched`}>
          <progress class="moving" aria-label="Fetching the export" />
        </Running>
      );
    case 'checking':
      return (
        <Running
          cancel={() => verification.cancel()}
          words={`${countOf(state.entries, 'entry', 'entries')} checked, ${sizeOf(state.bytes)} of ${sizeOf(state.of)}`}
        >
          <progress max={state.of} value={state.bytes} aria-label="Checking the export" />
        </Running>
      );
    case 'cancelled':
      return (
        <>
          <p>Nothing was found, as it did not come to its end.</p>
          <div class="row">
            <button type="button" class="button" onClick={again}>
              Check again
            </button>
          </div>
        </>
      );
    case 'failed':
      return <FaultCard error={state.error} retry={again} />;
    case 'done':
      return (
        <VerdictView
          outcome={state.outcome}
          told={told!}
          kept={state.kept}
          keep={() => verification.keep()}
          again={again}
        />
      );
  }
}

interface RunningProps {
  readonly words: string;
  readonly cancel: () => void;
  readonly children: ComponentChildren;
}

function Running({ words, cancel, children }: RunningProps) {
  return (
    <>
      <p>
        Your browser fetches the entries and checks every one of them itself, so you need not take the word of
        the service.
      </p>
      {children}
      <div class="row spread">
        <p class="small quiet number">{words}</p>
        <button type="button" class="button low" onClick={cancel}>
          Cancel
        </button>
      </div>
    </>
  );
}

function iconOf({ step }: VerificationState, told: Telling | null): IconName {
  if (told !== null) return told.tone === 'good' ? 'check' : 'notice';
  return step === 'failed' ? 'notice' : 'shield';
}

function titleOf({ step }: VerificationState, told: Telling | null): string {
  switch (step) {
    case 'fetching':
      return 'Fetching the trail';
    case 'checking':
      return 'Checking every entry';
    case 'cancelled':
      return 'The check was cancelled';
    case 'failed':
      return 'The check did not come to its end';
    case 'done':
      return told!.title;
  }
}
