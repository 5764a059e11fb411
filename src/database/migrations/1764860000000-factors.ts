import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const OF_USER = {
  columnNames: ['user_id'],
  referencedTableName: 'users',
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
};

/** Second factors, recovery codes, and sign-ins that wait for a second factor. */
export class Factors1764860000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'factors',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'user_id', type: 'varchar', length: '36' },
          { name: 'type', type: 'varchar', length: '10' },
          { name: 'name', type: 'varchar', length: '300' },
          { name: 'sealed_secret', type: 'varchar', length: '200', isNullable: true },
          { name: 'last_step', type: 'integer' },
          { name: 'created_at', type: 'varchar', length: '24' },
          { name: 'confirmed_at', type: 'varchar', length: '24', isNullable: true },
          { name: 'last_used_at', type: 'varchar', length: '24', isNullable: true },
        ],
        foreignKeys: [OF_USER],
        indices: [
          new TableIndex({ name: 'factors_by_user', columnNames: ['user_id'] }),
          new TableIndex({
            name: 'factors_not_confirmed',
            columnNames: ['created_at'],
            where: 'confirmed_at IS NULL',
          }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'recovery_codes',
        columns: [
          { name: 'user_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'code_hash', type: 'varchar', length: '64', isPrimary: true },
        ],
        foreignKeys: [OF_USER],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'sign_in_challenges',
        columns: [
          { name: 'challenge_hash', type: 'varchar', length: '64', isPrimary: true },
          { name: 'user_id', type: 'varchar', length: '36' },
          { name: 'password_mark', type: 'varchar', length: '64' },
          { name: 'tries', type: 'integer' },
          { name: 'expires_at', type: 'varchar', length: '24' },
        ],
        foreignKeys: [OF_USER],
        indices: [
          new TableIndex({ name: 'sign_in_challenges_by_user', columnNames: ['user_id'] }),
          new TableIndex({ name: 'sign_in_challenges_by_expiry', columnNames: ['expires_at'] }),
        ],
      }),
    );
    await runner.query('ALTER TABLE users ADD COLUMN factors integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN factors');
    await runner.dropTable('sign_in_challenges');
    await runner.dropTable('recovery_codes');
    await runner.dropTable('factors');
  }
}
