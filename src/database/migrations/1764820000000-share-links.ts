import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const id = (name: string) => ({ name, type: 'varchar', length: '36' });
const time = (name: string) => ({ name, type: 'varchar', length: '24' });
const reference = (column: string, table: string) => ({
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
});

const LINKS = new Table({
  name: 'share_links',
  columns: [
    { ...id('id'), isPrimary: true },
    id('owner_id'),
    id('file_id'),
    { name: 'token_hash', type: 'varchar', length: '64', isUnique: true },
    { name: 'password_hash', type: 'varchar', length: '72', isNullable: true },
    { name: 'note', type: 'varchar', length: '500', isNullable: true },
    { name: 'max_downloads', type: 'integer', isNullable: true },
    { name: 'downloads', type: 'integer', default: 0 },
    time('created_at'),
    { ...time('expires_at'), isNullable: true },
  ],
  foreignKeys: [reference('owner_id', 'users'), reference('file_id', 'files')],
  indices: [
    new TableIndex({ name: 'share_links_by_owner', columnNames: ['owner_id', 'id'] }),
    new TableIndex({ name: 'share_links_by_file', columnNames: ['file_id', 'id'] }),
  ],
});

const GRANTS = new Table({
  name: 'share_grants',
  columns: [
    { name: 'token_hash', type: 'varchar', length: '64', isPrimary: true },
    id('link_id'),
    { name: 'version', type: 'integer' },
    time('created_at'),
    time('expires_at'),
  ],
  foreignKeys: [reference('link_id', 'share_links')],
  indices: [
    new TableIndex({ name: 'share_grants_by_link', columnNames: ['link_id'] }),
    new TableIndex({ name: 'share_grants_by_expiry', columnNames: ['expires_at'] }),
  ],
});

/** Links to files for people without an account, and the downloads that they grant. Both go with their file. */
export class ShareLinks1764820000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(LINKS);
    await runner.createTable(GRANTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable(GRANTS);
    await runner.dropTable(LINKS);
  }
}
