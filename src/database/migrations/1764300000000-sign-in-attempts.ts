import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

/** Failed sign-ins, counted by account and by address. */
export class SignInAttempts1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'sign_in_attempts',
        columns: [
          { name: 'attempt_key', type: 'varchar', length: '200', isPrimary: true },
          { name: 'attempts', type: 'integer' },
          { name: 'window_ends', type: 'varchar', length: '24' },
        ],
        indices: [new TableIndex({ name: 'sign_in_attempts_by_end', columnNames: ['window_ends'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('sign_in_attempts');
  }
}
