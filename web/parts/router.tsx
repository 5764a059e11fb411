import type { ComponentChildren } from 'preact';
import { Store, useStore } from './store.js';

const path = new Store(written());
addEventListener('popstate', () => (path.value = written()));

/** The path of the address as links write it: in lower case, without `/` at its end. The address is changed to it. */
function written(): string {
  const { pathname, search, hash } = location;
  const path = pathname.toLowerCase().replace(/(?!^)\/+$/, '');
  if (path !== pathname) history.replaceState(history.state, '', path + search + hash);
  return path;
}

/** The path of the address. */
export function usePath(): string {
  return useStore(path);
}

/** Goes to another address of the console. */
export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path.value = new URL(to, location.href).pathname;
  scrollTo(0, 0);
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-current'?: 'page';
  readonly children: ComponentChildren;
}

/** A link to another address of the console. New tabs and windows stay the browser's. */
export function Link({ to, children, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...rest} href={to} onClick={follow}>
      {children}
    </a>
  );
}
