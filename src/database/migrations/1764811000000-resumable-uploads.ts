import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

const id = (name: string) => ({ name, type: 'varchar', length: '36' });
const time = (name: string) => ({ name, type: 'varchar', length: '24' });

const UPLOADS = new Table({
  name: 'resumable_uploads',
  columns: [
    { ...id('id'), isPrimary: true },
    id('owner_id'),
    { name: 'state', type: 'varchar', length: '8' },
    { name: 'length', type: 'bigint' },
    { name: 'upload_offset', type: 'bigint' },
    { name: 'name', type: 'varchar', length: '255' },
    { name: 'mime_type', type: 'varchar', length: '127' },
    { name: 'sha256', type: 'varchar', length: '64', isNullable: true },
    { ...id('replaces'), isNullable: true },
    { name: 'metadata', type: 'text' },
    { name: 'growth', type: 'text', isNullable: true },
    { ...id('file_id'), isNullable: true },
    { name: 'lease_number', type: 'integer', default: 0 },
    { ...id('lease_holder'), isNullable: true },
    { name: 'lease_beat', type: 'integer', default: 0 },
    { name: 'lease_wanted', type: 'boolean', default: false },
    { name: 'disputed', type: 'boolean', default: false },
    time('expires_at'),
  ],
  foreignKeys: [
    // No cascade: its bytes and what is reserved for them go before the owner does.
    { columnNames: ['owner_id'], referencedTableName: 'users', referencedColumnNames: ['id'] },
  ],
  indices: [
    { name: 'resumable_uploads_by_owner', columnNames: ['owner_id', 'state', 'id'] },
    { name: 'resumable_uploads_by_expiry', columnNames: ['expires_at'] },
  ],
});

/** Files that arrive over several requests. */
export class ResumableUploads1764811000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(UPLOADS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('resumable_uploads');
  }
}
