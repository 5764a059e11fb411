import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const DEPARTING = new TableIndex({
  name: 'users_departing',
  columnNames: ['departed_at'],
  where: 'departed_at IS NOT NULL',
});

/** Accounts are deleted in steps: the row stays, without anything personal, until nothing is kept of the user. */
export class Departures1764830000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN departed_at varchar(24)');
    await runner.createIndex('users', DEPARTING);
    await runner.query('ALTER TABLE storage_usage ADD COLUMN closed_at varchar(24)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE storage_usage DROP COLUMN closed_at');
    await runner.dropIndex('users', DEPARTING);
    await runner.query('ALTER TABLE users DROP COLUMN departed_at');
  }
}
