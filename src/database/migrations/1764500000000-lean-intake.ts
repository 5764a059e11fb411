import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const BY_SUBJECT = new TableIndex({ name: 'audit_intake_by_subject', columnNames: ['subject', 'id'] });

/** All that enters leaves again, and every reader of a page steps over what has left until it is vacuumed. */
const VACUUM_SOON =
  'ALTER TABLE audit_intake SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)';
const VACUUM_AS_USUAL =
  'ALTER TABLE audit_intake RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)';

/**
 * One tree for the intake instead of three: every action writes into it, and every page that it touches is written again
 * at the action's commit. It holds few records for a moment, so a search may read them all.
 */
export class LeanIntake1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('audit_intake', BY_SUBJECT.name!);
    await remakeIntake(runner, true);
    if (runner.connection.options.type === 'postgres') await runner.query(VACUUM_SOON);
  }

  async down(runner: QueryRunner): Promise<void> {
    await remakeIntake(runner, false);
    if (runner.connection.options.type === 'postgres') await runner.query(VACUUM_AS_USUAL);
    await runner.createIndex('audit_intake', BY_SUBJECT);
  }
}

/** SQLite decides when it makes a table whether the rows stand in the index of the primary key itself. */
async function remakeIntake(runner: QueryRunner, withoutRowid: boolean): Promise<void> {
  if (runner.connection.options.type === 'postgres') return;
  const { columns } = (await runner.getTable('audit_intake'))!;
  await runner.createTable(new Table({ name: 'audit_intake_new', columns, withoutRowid }));
  await runner.query('INSERT INTO audit_intake_new SELECT * FROM audit_intake');
  await runner.dropTable('audit_intake');
  await runner.renameTable('audit_intake_new', 'audit_intake');
}
