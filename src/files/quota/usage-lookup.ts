import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { ReadsOfATurn } from '../../common/reads-of-a-turn.js';
import { errors } from '../../common/refusals/errors.js';
import { AppConfig } from '../../config/app-config.js';
import { ProfileParts } from '../../users/profile-parts.js';
import type { ProfileAdditions } from '../../users/profile.response.js';
import type { StorageResponse } from '../../users/storage.response.js';
import { NO_USAGE, total, type Usage } from './usage.js';

const COLUMNS =
  'owner_id AS owner, files_bytes AS files, versions_bytes AS versions, trash_bytes AS trash, ' +
  'reserved_bytes AS reserved, quota_bytes AS quota';
/** One text for any number of users, so that it is prepared once. Written out, because making it costs more than running it. */
const QUERY = {
  postgres: `SELECT ${COLUMNS} FROM storage_usage WHERE owner_id = ANY($1)`,
  sqlite: `SELECT ${COLUMNS} FROM storage_usage WHERE owner_id IN (SELECT value FROM json_each(?))`,
};

/** What is counted for a user, and the quota that an admin has set. */
type Counted = Usage & { readonly quota: number | null };

const NOTHING: Counted = { ...NO_USAGE, quota: null };

/** A row as the driver gives it: PostgreSQL's has 64-bit numbers as text. */
type Row = Record<keyof Usage, string | number> & {
  readonly owner: string;
  readonly quota: string | number | null;
};

/**
 * Tells how much is kept for users, as counted now. It keeps nothing. Calls in the same turn of the event loop share one
 * query: the profile, which shows it, is read more often than anything else.
 */
@Injectable()
export class UsageLookup {
  /** What is shown for each user is made once in a turn, too. */
  readonly #reads = new ReadsOfATurn((ownerIds) => this.#readAll(ownerIds));

  constructor(
    @InjectDataSource() private readonly reading: DataSource,
    private readonly config: AppConfig,
    profile: ProfileParts,
  ) {
    profile.register((userId) => this.#reads.get(userId));
  }

  /** What is kept for a user, and the quota that applies. Nothing for an unknown id. */
  async of(userId: string): Promise<StorageResponse> {
    return (await this.#reads.get(userId)).storage;
  }

  /** Refuses early what the quota would refuse now. The reservation that follows decides. @throws `quota_exceeded`. */
  async requireRoom(userId: string, bytes: number): Promise<void> {
    if (bytes <= 0) return;
    const { used, quota } = await this.of(userId);
    if (quota !== null && used + bytes > quota) throw errors.quotaExceeded();
  }

  async #readAll(ownerIds: string[]): Promise<Map<string, Pick<ProfileAdditions, 'storage'>>> {
    const rows =
      this.reading.options.type === 'postgres'
        ? await this.reading.query<Row[]>(QUERY.postgres, [ownerIds])
        : await this.reading.query<Row[]>(QUERY.sqlite, [JSON.stringify(ownerIds)]);
    const byOwner = new Map(rows.map((row) => [row.owner, countedIn(row)]));
    return new Map(ownerIds.map((id) => [id, { storage: this.#shown(byOwner.get(id) ?? NOTHING) }]));
  }

  #shown(counted: Counted): StorageResponse {
    const { files, versions, trash } = counted;
    const quota = counted.quota ?? this.config.files.quotaBytesPerUser;
    return { used: total(counted), quota: quota === 0 ? null : quota, files, versions, trash };
  }
}

function countedIn({ files, versions, trash, reserved, quota }: Row): Counted {
  return {
    files: Number(files),
    versions: Number(versions),
    trash: Number(trash),
    reserved: Number(reserved),
    quota: quota === null ? null : Number(quota),
  };
}
