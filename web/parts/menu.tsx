import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** What a screen reader calls the button. */
  readonly label: string;
  readonly class: string;
  readonly face: ComponentChildren;
  /** Buttons and links. They exist while the menu is open. */
  readonly children: ComponentChildren;
}

const GAP = 4;
const EDGE = 8;

/** A button that opens a menu beside it. Escape and a press elsewhere close it. */
export function Menu({ label, class: kind, face, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (!open) return;
    place(button.current!, list.current!);
    list.current!.querySelector<HTMLElement>('button, a')?.focus();
    const hide = () => list.current?.hidePopover();
    addEventListener('scroll', hide, { passive: true, once: true });
    return () => removeEventListener('scroll', hide);
  }, [open]);
  return (
    <>
      <button
        ref={button}
        type="button"
        class={kind}
        aria-label={label}
        aria-expanded={open}
        popovertarget={id}
      >
        {face}
      </button>
      <div
        ref={list}
        id={id}
        class="menu"
        popover="auto"
        onToggle={(event) => setOpen(event.newState === 'open')}
        onClick={() => list.current?.hidePopover()}
        onKeyDown={(event) => moveFocus(event, list.current!)}
      >
        {open && children}
      </div>
    </>
  );
}

/** Below the button, or above it where there is no room. */
function place(button: HTMLElement, list: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = list;
  const below = at.bottom + GAP + height < innerHeight - EDGE;
  list.style.left = `${Math.max(EDGE, Math.min(at.right - width, innerWidth - width - EDGE))}px`;
  list.style.top = `${below ? at.bottom + GAP : Math.max(EDGE, at.top - GAP - height)}px`;
}

/** The arrow keys go up and down, as in every menu. */
function moveFocus(event: KeyboardEvent, list: HTMLElement): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const items = [...list.querySelectorAll<HTMLElement>('button, a')];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items.at((now + step) % items.length)?.focus();
}
