import { getDataSourceToken } from '@nestjs/typeorm';
import { type DataSource, In, Not } from 'typeorm';
import { UNFINISHED } from '../../src/files/contents/blob-ledger.js';
import { FileVersion } from '../../src/files/contents/file-version.entity.js';
import { PendingBlob } from '../../src/files/contents/pending-blob.entity.js';
import { StoredFile } from '../../src/files/contents/stored-file.entity.js';
import {
  ResumableUpload,
  UNFINISHED_STATES,
} from '../../src/files/uploads/resumable/resumable-upload.entity.js';
import { StorageUsage } from '../../src/files/quota/storage-usage.entity.js';
import { NO_USAGE, type Usage } from '../../src/files/quota/usage.js';
import type { TestApp } from './test-app.js';

/** What is counted for a user, and what a count of all rows gives: the two have to be equal. */
export interface CountedAndKept {
  readonly counted: Usage;
  readonly kept: Usage;
}

export function usageOf(server: TestApp, ownerId: string): Promise<CountedAndKept> {
  return usageIn(server.app.get<DataSource>(getDataSourceToken()), ownerId);
}

export async function usageIn(database: DataSource, ownerId: string): Promise<CountedAndKept> {
  const row = await database.getRepository(StorageUsage).findOneBy({ ownerId });
  const { files, versions, trash, reserved } = row ?? NO_USAGE;
  return { counted: { files, versions, trash, reserved }, kept: await keptFor(database, ownerId) };
}

async function keptFor(database: DataSource, ownerId: string): Promise<Usage> {
  const kept = { ...NO_USAGE } as { -readonly [K in keyof Usage]: number };
  for (const file of await database.getRepository(StoredFile).findBy({ ownerId })) {
    const versions = await database.getRepository(FileVersion).findBy({ fileId: file.id });
    const sizes = new Map(versions.map(({ blobKey, size }) => [blobKey, size]));
    sizes.delete(file.blobKey);
    const earlier = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    if (file.trashedAt !== null) kept.trash += file.size + earlier;
    else {
      kept.files += file.size;
      kept.versions += earlier;
    }
  }
  const pending = await database.getRepository(PendingBlob).findBy({ ownerId, leaseUntil: Not(UNFINISHED) });
  const uploads = await database
    .getRepository(ResumableUpload)
    .findBy({ ownerId, state: In(UNFINISHED_STATES) });
  kept.reserved = [...pending.map(({ reserved }) => reserved), ...uploads.map(({ length }) => length)].reduce(
    (sum, bytes) => sum + bytes,
    0,
  );
  return kept;
}
