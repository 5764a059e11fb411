import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** The newest cosignature of each outside witness, and when it was last asked. */
export class Cosignatures1764930000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'audit_cosignatures',
        columns: [
          { name: 'witness', type: 'varchar', length: '300', isPrimary: true },
          { name: 'attempted_at', type: 'bigint' },
          { name: 'known_size', type: 'bigint' },
          { name: 'note', type: 'text', isNullable: true },
          { name: 'line', type: 'text', isNullable: true },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('audit_cosignatures');
  }
}
