import type { EntityManager } from 'typeorm';
import type { StoredFile } from './stored-file.entity.js';

/** Further writes in the transaction that keeps a content, with the file as it is then. */
export type Alongside = (tx: EntityManager, file: StoredFile) => Promise<void>;
