import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Master keys that a key of AWS KMS has wrapped. */
export class WrappedMasterKeys1764920000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'wrapped_master_keys',
        columns: [
          { name: 'kms_key', type: 'varchar', length: '2048', isPrimary: true },
          { name: 'wrapped', type: 'text' },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('wrapped_master_keys');
  }
}
