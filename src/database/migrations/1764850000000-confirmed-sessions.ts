import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When and how the user of a session has last shown who they are. */
export class ConfirmedSessions1764850000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions ADD COLUMN confirmed_at varchar(24)');
    await runner.query(`ALTER TABLE sessions ADD COLUMN amr varchar(40) NOT NULL DEFAULT 'pwd'`);
    await runner.query('UPDATE sessions SET confirmed_at = created_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN amr');
    await runner.query('ALTER TABLE sessions DROP COLUMN confirmed_at');
  }
}
