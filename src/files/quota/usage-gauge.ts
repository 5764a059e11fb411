import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Gauge, Registry } from 'prom-client';
import { Repository } from 'typeorm';
import { StorageUsage } from './storage-usage.entity.js';
import { NO_USAGE, sum, type Usage } from './usage.js';

/** How long a count is used, in milliseconds. */
const FRESH_MS = 60_000;
/** Rows in one query. Other work runs between two. */
const STEP = 5000;

/** Shows how many bytes are kept for all users together, as counted within the last minute. */
@Injectable()
export class UsageGauge {
  #counting: Promise<Usage> | null = null;
  #countedAt = -Infinity;

  constructor(
    @InjectRepository(StorageUsage) private readonly usages: Repository<StorageUsage>,
    registry: Registry,
  ) {
    const kept: Gauge<'of'> = new Gauge({
      name: 'storage_kept_bytes',
      help: 'Bytes that are kept for all users: files, versions, trash, and what unfinished uploads have reserved.',
      labelNames: ['of'],
      registers: [registry],
      collect: async () => {
        const { files, versions, trash, reserved } = await this.#count();
        kept.set({ of: 'files' }, files);
        kept.set({ of: 'versions' }, versions);
        kept.set({ of: 'trash' }, trash);
        kept.set({ of: 'reserved' }, reserved);
      },
    });
  }

  /** Scrapes within a minute share one count. */
  #count(): Promise<Usage> {
    if (this.#counting === null || performance.now() - this.#countedAt > FRESH_MS) {
      this.#countedAt = performance.now();
      this.#counting = this.#sumAll();
      this.#counting.catch(() => (this.#counting = null));
    }
    return this.#counting;
  }

  async #sumAll(): Promise<Usage> {
    let all = NO_USAGE;
    for (let after = ''; ; await nextTurn()) {
      const { last, ...bytes } = await this.#sumAfter(after);
      all = sum(all, bytes);
      if (last === null) return all;
      after = last;
    }
  }

  /** The sum of the next rows, and the key of the last of them. */
  async #sumAfter(ownerId: string): Promise<Usage & { readonly last: string | null }> {
    const row = await this.usages.manager
      .createQueryBuilder()
      .select('MAX(page.owner_id)', 'last')
      .addSelect('SUM(page.files_bytes)', 'files')
      .addSelect('SUM(page.versions_bytes)', 'versions')
      .addSelect('SUM(page.trash_bytes)', 'trash')
      .addSelect('SUM(page.reserved_bytes)', 'reserved')
      .from(
        (page) =>
          page
            .select('*')
            .from('storage_usage', 'u')
            .where('u.owner_id > :ownerId', { ownerId })
            .orderBy('u.owner_id')
            .limit(STEP),
        'page',
      )
      .getRawOne<Record<keyof Usage | 'last', string | number | null>>();
    const { last = null, files, versions, trash, reserved } = row ?? {};
    return {
      last: last === null ? null : String(last),
      files: Number(files),
      versions: Number(versions),
      trash: Number(trash),
      reserved: Number(reserved),
    };
  }
}
