import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const BY_SUBJECT = new TableIndex({ name: 'audit_intake_by_subject', columnNames: ['subject', 'id'] });

/** Every row of the intake is soon deleted, and readers must skip the deleted rows until a vacuum. */
const VACUUM_SOON =
  'ALTER TABLE audit_intake SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)';
const VACUUM_AS_USUAL =
  'ALTER TABLE audit_intake RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)';

/**
 * One tree for the intake instead of three. Every action writes into the intake, and its commit writes every
 * changed page. The intake holds few records at a time, so a search can read all of them.
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

/** Whether rows are stored in the index of the primary key is decided when SQLite creates a table. */
async function remakeIntake(runner: QueryRunner, withoutRowid: boolean): Promise<void> {
  if (runner.connection.options.type === 'postgres') return;
  const { columns } = (await runner.getTable('audit_intake'))!;
  await runner.createTable(new Table({ name: 'audit_intake_new', columns, withoutRowid }));
  await runner.query('INSERT INTO audit_intake_new SELECT * FROM audit_intake');
  await runner.dropTable('audit_intake');
  await runner.renameTable('audit_intake_new', 'audit_intake');
}
