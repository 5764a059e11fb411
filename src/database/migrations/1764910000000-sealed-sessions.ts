import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the personal values of a session stand when they are sealed. */
export class SealedSessions1764910000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions ADD COLUMN personal text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN personal');
  }
}
