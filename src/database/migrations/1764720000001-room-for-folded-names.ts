import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A character of a file name, of which there are 255 bytes, folds to six for each of its bytes at most (U+FDFA: 18 of 3). */
const MOST = 255 * 6;

/** Room for the folded form of every name that a file may have. SQLite has it: it does not limit text. */
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
