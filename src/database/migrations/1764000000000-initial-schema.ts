import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  type TableColumnOptions,
  TableIndex,
} from 'typeorm';

const id = (name: string, options: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: '36',
  ...options,
});
const text = (
  name: string,
  length: number,
  options: Partial<TableColumnOptions> = {},
): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...options,
});
/** A UTC time as ISO 8601 text. It sorts by time and is the same on both databases. */
const time = (name: string, options: Partial<TableColumnOptions> = {}) => text(name, 24, options);
const nullable = { isNullable: true };

const userReference = (column: string) => ({
  columnNames: [column],
  referencedTableName: 'users',
  referencedColumnNames: ['id'],
});

/** Users, sessions, files and the audit intake, for SQLite and PostgreSQL. */
export class InitialSchema1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'users',
        columns: [
          id('id', { isPrimary: true }),
          text('email', 254),
          text('email_folded', 254, { isUnique: true }),
          text('password_hash', 72),
          text('name', 200, nullable),
          text('roles', 100),
          time('created_at'),
          time('updated_at'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sessions',
        columns: [
          id('id', { isPrimary: true }),
          id('user_id'),
          time('created_at'),
          time('expires_at'),
          time('ended_at', nullable),
        ],
        foreignKeys: [{ ...userReference('user_id'), onDelete: 'CASCADE' }],
        indices: [new TableIndex({ name: 'sessions_by_user', columnNames: ['user_id', 'id'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'files',
        columns: [
          id('id', { isPrimary: true }),
          id('owner_id'),
          text('name', 255),
          text('name_folded', 1024),
          text('mime_type', 127),
          { name: 'size', type: 'bigint' },
          text('sha256', 64),
          id('blob_key', { isUnique: true }),
          time('created_at'),
        ],
        foreignKeys: [userReference('owner_id')],
        indices: [new TableIndex({ name: 'files_by_owner', columnNames: ['owner_id', 'id'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'pending_blobs',
        columns: [id('blob_key', { isPrimary: true }), time('lease_until')],
        indices: [new TableIndex({ name: 'pending_blobs_by_lease', columnNames: ['lease_until'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'idempotency_keys',
        columns: [
          id('owner_id', { isPrimary: true }),
          text('idempotency_key', 255, { isPrimary: true }),
          text('fingerprint', 64),
          { name: 'file', type: 'text' },
          time('created_at'),
        ],
        foreignKeys: [{ ...userReference('owner_id'), onDelete: 'CASCADE' }],
        indices: [new TableIndex({ name: 'idempotency_keys_by_age', columnNames: ['created_at'] })],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_intake',
        columns: [
          id('id', { isPrimary: true }),
          text('action', 40),
          text('outcome', 10),
          text('actor_type', 10),
          id('actor_id', nullable),
          id('subject', nullable),
          text('resource', 200, nullable),
          text('request_id', 128, nullable),
          time('occurred_at'),
          time('recorded_at'),
          { name: 'metadata', type: 'text' },
          text('ip', 45, nullable),
          text('user_agent', 512, nullable),
          { name: 'personal', type: 'text', isNullable: true },
        ],
        indices: [
          new TableIndex({ name: 'audit_intake_by_subject', columnNames: ['subject', 'id'] }),
          new TableIndex({ name: 'audit_intake_by_actor', columnNames: ['actor_id'] }),
          new TableIndex({ name: 'audit_intake_by_resource', columnNames: ['resource', 'id'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit_intake', 'idempotency_keys', 'pending_blobs', 'files', 'sessions', 'users']) {
      await runner.dropTable(table);
    }
  }
}
