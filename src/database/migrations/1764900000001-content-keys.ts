import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** The keys of encrypted objects. */
export class ContentKeys1764900000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'content_keys',
        columns: [
          { name: 'blob_key', type: 'varchar', length: '36', isPrimary: true },
          { name: 'wrapped', type: 'varchar', length: '200' },
          { name: 'segments', type: 'text' },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('content_keys');
  }
}
