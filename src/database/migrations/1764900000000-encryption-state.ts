import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** What is known of the encryption of this installation. */
export class EncryptionState1764900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'encryption_state',
        columns: [
          { name: 'name', type: 'varchar', length: '40', isPrimary: true },
          { name: 'value', type: 'text' },
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('encryption_state');
  }
}
