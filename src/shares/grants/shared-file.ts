import type { StoredFile } from '../../files/contents/stored-file.entity.js';
import type { ShareLink } from '../links/share-link.entity.js';

/** A link that opens something now, and its file. */
export interface SharedFile {
  readonly link: ShareLink;
  readonly file: StoredFile;
}
