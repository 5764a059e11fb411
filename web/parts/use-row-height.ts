import { useEffect, useState } from 'preact/hooks';

/** Rows are as high as the style says (`--row`). */
const WIDE_PX = 52;
const NARROW_PX = 64;
const narrow = matchMedia('(max-width: 56rem)');

/** The height of a row of a long table, in CSS pixels. */
export function useRowHeight(): number {
  const [isNarrow, setNarrow] = useState(narrow.matches);
  useEffect(() => {
    const follow = () => setNarrow(narrow.matches);
    narrow.addEventListener('change', follow);
    return () => narrow.removeEventListener('change', follow);
  }, []);
  return isNarrow ? NARROW_PX : WIDE_PX;
}
