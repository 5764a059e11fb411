import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { Brand } from '../../parts/brand.js';
import '../../styles/entry.css';

interface EntryProps {
  readonly title: string;
  readonly lead?: string;
  readonly foot?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** The frame of all pages before the sign-in. */
export function Entry({ title, lead, foot, children }: EntryProps) {
  useLayoutEffect(() => {
    document.title = `${title} · Files`;
  }, [title]);
  return (
    <main class="entry">
      <Brand />
      <div class="card">
        <h1>{title}</h1>
        {lead !== undefined && <p class="lead">{lead}</p>}
        {children}
      </div>
      {foot !== undefined && <div class="foot">{foot}</div>}
    </main>
  );
}
