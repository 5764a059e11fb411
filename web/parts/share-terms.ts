import type { Share } from '../api/types.js';
import { countOf } from './size.js';
import { distanceOf } from './time.js';

/** What a link allows and how often it was used, in a line. */
export function shareTermsOf({
  expires,
  max_downloads: most,
  downloads,
  has_password: locked,
}: Share): string {
  const used =
    most === null ? countOf(downloads, 'download') : `${downloads} of ${countOf(most, 'download')}`;
  return [used, endOf(expires), ...(locked ? ['with a password'] : [])].join(', ');
}

function endOf(expires: string | null): string {
  if (expires === null) return 'no end';
  const distance = distanceOf(expires);
  return Date.parse(expires) < Date.now() ? `ended ${distance}` : `ends ${distance}`;
}
