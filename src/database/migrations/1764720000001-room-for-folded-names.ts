import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A file name has 255 bytes. Each byte can become at most six characters when it is folded (U+FDFA: 3 bytes
 * become 18 characters).
 */
const MOST = 255 * 6;

/**
 * Makes the column large enough for the folded form of every file name. SQLite does not limit the length of
 * text.
 */
export class RoomForFoldedNames1764720000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    if (runner.connection.options.type !== 'postgres') return;
    await runner.query(`ALTER TABLE files ALTER COLUMN name_folded TYPE varchar(${MOST})`);
  }

  async down(runner: QueryRunner): Promise<void> {
    if (runner.connection.options.type !== 'postgres') return;
    await runner.query(
      'ALTER TABLE files ALTER COLUMN name_folded TYPE varchar(1024) USING left(name_folded, 1024)',
    );
  }
}
