import { useEffect, useRef } from 'preact/hooks';
import { Icon } from './icon.js';
import './search-field.css';

interface SearchFieldProps {
  readonly label: string;
  /** The most characters that the service takes. */
  readonly longest: number;
  readonly take: (text: string) => void;
}

const PAUSE_MS = 250;

/** A search that follows what is typed, after a short pause. */
export function SearchField({ label, longest, take }: SearchFieldProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        maxLength={longest}
        onInput={({ currentTarget }) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => take(currentTarget.value.trim()), PAUSE_MS);
        }}
      />
    </div>
  );
}
