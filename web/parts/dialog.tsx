import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.js';
import { openDialogs } from './open-dialogs.js';
import { ToastList } from './toast-list.js';

interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly class?: string;
  /** It has what is shown once. Only a button among its content closes it. */
  readonly lasting?: boolean;
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A modal dialog. Escape, the cross and a press outside close it, unless it is lasting; then the focus is where it was. */
export function Dialog({ title, close, class: kind = '', lasting = false, actions, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next key arrives. Effects that come after a picture would take the focus from what somebody uses by then.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current!;
    dialog.showModal();
    openDialogs.value = [...openDialogs.value, id];
    return () => {
      openDialogs.value = openDialogs.value.filter((other) => other !== id);
      // Nothing takes the focus under an open one.
      dialog.close();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${kind}`}
      aria-labelledby={id}
      onCancel={(event) => lasting && event.preventDefault()}
      onClose={() => {
        if (element.current === null) return;
        // Browsers heed a second Escape in any case.
        if (lasting) element.current.showModal();
        else close();
      }}
      onMouseDown={(event) => !lasting && event.target === element.current && close()}
    >
      <header>
        <h2 id={id}>{title}</h2>
        {actions}
        {!lasting && (
          <button type="button" class="button plain square low" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        )}
      </header>
      {children}
      <ToastList within={id} />
    </dialog>
  );
}
