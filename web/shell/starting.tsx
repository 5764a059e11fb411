import { Brand } from '../parts/brand.js';

/** Until it is known whether somebody is signed in. The page has the same from its first byte on. */
export function Starting() {
  return (
    <div class="starting" aria-busy="true">
      <Brand />
    </div>
  );
}
