import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wrong passwords are counted apart from those that are being compared. What was counted before was wrong. */
export class FailedSignIns1764810000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sign_in_attempts ADD COLUMN failures integer NOT NULL DEFAULT 0');
    await runner.query('UPDATE sign_in_attempts SET failures = attempts');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sign_in_attempts DROP COLUMN failures');
  }
}
