import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const FILE_COLUMNS = [
  'version integer NOT NULL DEFAULT 1',
  "updated_at varchar(24) NOT NULL DEFAULT ''",
  'kept_bytes bigint NOT NULL DEFAULT 0',
  'trashed_at varchar(24)',
];
const PENDING_COLUMNS = ['owner_id varchar(36)', 'reserved_bytes bigint NOT NULL DEFAULT 0'];

const bytes = (name: string) => ({ name, type: 'bigint', default: 0 });

const VERSIONS = new Table({
  name: 'file_versions',
  columns: [
    { name: 'file_id', type: 'varchar', length: '36', isPrimary: true },
    { name: 'version', type: 'integer', isPrimary: true },
    { name: 'name', type: 'varchar', length: '255' },
    { name: 'mime_type', type: 'varchar', length: '127' },
    { name: 'size', type: 'bigint' },
    { name: 'sha256', type: 'varchar', length: '64' },
    { name: 'blob_key', type: 'varchar', length: '36' },
    { name: 'created_at', type: 'varchar', length: '24' },
  ],
  foreignKeys: [
    {
      columnNames: ['file_id'],
      referencedTableName: 'files',
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});

const USAGE = new Table({
  name: 'storage_usage',
  columns: [
    { name: 'owner_id', type: 'varchar', length: '36', isPrimary: true },
    bytes('files_bytes'),
    bytes('versions_bytes'),
    bytes('trash_bytes'),
    bytes('reserved_bytes'),
    { name: 'quota_bytes', type: 'bigint', isNullable: true },
  ],
  foreignKeys: [
    {
      columnNames: ['owner_id'],
      referencedTableName: 'users',
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});

/**
 * With the plain `id`, PostgreSQL could follow the primary key instead, through the newest files of all users, to those of a
 * user who has little outside the trash.
 */
const LISTED = "CREATE INDEX files_listed ON files (owner_id, (id || '')) WHERE trashed_at IS NULL";

const INDEXES = [
  new TableIndex({
    name: 'files_in_trash',
    columnNames: ['owner_id', 'trashed_at', 'id'],
    where: 'trashed_at IS NOT NULL',
  }),
  // Its condition is another one, so that no list of the trash follows this index, through the files of all users.
  new TableIndex({ name: 'files_to_purge', columnNames: ['trashed_at'], where: "trashed_at > ''" }),
];

/** What a retry of an upload is told has the new fields of a file, too. */
const REMEMBERED = {
  postgres: `UPDATE idempotency_keys SET file = (file::jsonb || jsonb_build_object(
    'version', 1, 'updatedAt', file::jsonb -> 'createdAt', 'keptBytes', 0, 'trashedAt', NULL))::text`,
  sqlite: `UPDATE idempotency_keys SET file = json_set(file,
    '$.version', 1, '$.updatedAt', json_extract(file, '$.createdAt'), '$.keptBytes', 0, '$.trashedAt', NULL)`,
};

/** Files have several contents and a trash, and what each user keeps is counted. The files that are there are version 1. */
export class ContentsAndUsage1764800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isPostgres = runner.connection.options.type === 'postgres';
    for (const column of FILE_COLUMNS) await runner.query(`ALTER TABLE files ADD COLUMN ${column}`);
    for (const column of PENDING_COLUMNS)
      await runner.query(`ALTER TABLE pending_blobs ADD COLUMN ${column}`);
    await runner.query('UPDATE files SET updated_at = created_at');
    await runner.query(LISTED);
    await runner.createIndices('files', INDEXES);
    await runner.createTable(VERSIONS);
    await runner.createTable(USAGE);
    await runner.query(
      'INSERT INTO storage_usage (owner_id, files_bytes) SELECT owner_id, sum(size) FROM files GROUP BY owner_id',
    );
    await runner.query(REMEMBERED[isPostgres ? 'postgres' : 'sqlite']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(USAGE);
    await runner.dropTable(VERSIONS);
    await runner.dropIndices('files', INDEXES);
    await runner.query('DROP INDEX files_listed');
    for (const column of PENDING_COLUMNS.map(nameOf)) {
      await runner.query(`ALTER TABLE pending_blobs DROP COLUMN ${column}`);
    }
    for (const column of FILE_COLUMNS.map(nameOf))
      await runner.query(`ALTER TABLE files DROP COLUMN ${column}`);
  }
}

function nameOf(column: string): string {
  return column.split(' ', 1)[0]!;
}
