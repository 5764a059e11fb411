import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** The rows of a long list that exist: from `first` up to, but without, `end`. */
export interface RowWindow {
  readonly first: number;
  readonly end: number;
}

/** Rows beyond the edges of the screen, so that scrolling shows no gaps. The window moves in steps of so many. */
const STEP = 12;

/** Which of `count` rows of one height are to be drawn, for the place to which the page is scrolled. */
export function useWindow(list: RefObject<HTMLElement | null>, count: number, rowHeight: number): RowWindow {
  const [shown, setShown] = useState<RowWindow>({ first: 0, end: STEP * 4 });
  useLayoutEffect(() => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const top = -(list.current?.getBoundingClientRect().top ?? 0);
      const first = Math.max(0, Math.floor(top / rowHeight / STEP - 1) * STEP);
      const end = (Math.ceil((top + innerHeight) / rowHeight / STEP) + 1) * STEP;
      setShown((before) => (before.first === first && before.end === end ? before : { first, end }));
    };
    const later = () => (frame ||= requestAnimationFrame(measure));
    measure();
    addEventListener('scroll', later, { passive: true });
    addEventListener('resize', later);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener('scroll', later);
      removeEventListener('resize', later);
    };
  }, [rowHeight, count === 0]);
  const first = Math.min(shown.first, Math.max(0, count - STEP));
  return { first, end: Math.min(count, Math.max(shown.end, first)) };
}
