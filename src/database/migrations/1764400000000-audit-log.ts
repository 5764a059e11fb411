import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  type TableColumnOptions,
  TableIndex,
} from 'typeorm';

const text = (name: string, length: number, isNullable = false): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  isNullable,
});

/** Base64, because the two databases have no binary type in common. */
const bytes = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'text', isNullable });

/**
 * The log, into which records are moved from the intake in order, its tree, and the personal values beside
 * it, which can be erased. Triggers keep the log append-only. SQLite drops triggers together with their
 * table, so a migration that changes one of these tables must create them again.
 */
export class AuditLog1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const postgres = runner.connection.options.type === 'postgres';
    // An integer of SQLite has 64 bits. As primary key it is the row id itself.
    const whole = (name: string): TableColumnOptions => ({ name, type: postgres ? 'bigint' : 'integer' });

    await runner.createTable(
      new Table({
        name: 'audit_log',
        columns: [
          { ...whole('seq'), isPrimary: true },
          { ...text('id', 36), isUnique: true },
          text('subject', 36, true),
          text('actor_id', 36, true),
          text('action', 40),
          text('outcome', 10),
          text('resource', 200, true),
          text('request_id', 128, true),
          text('occurred_at', 24),
          { name: 'entry', type: 'text' },
        ],
        indices: [
          new TableIndex({ name: 'audit_log_by_subject', columnNames: ['subject', 'id'] }),
          new TableIndex({ name: 'audit_log_by_subject_in_order', columnNames: ['subject', 'seq'] }),
          // Finds what a person did to others. What they did to themselves is found by subject.
          new TableIndex({
            name: 'audit_log_by_actor',
            columnNames: ['actor_id'],
            where: 'subject IS NULL OR subject <> actor_id',
          }),
          new TableIndex({ name: 'audit_log_by_resource', columnNames: ['resource', 'id'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_private',
        columns: [
          { ...whole('seq'), isPrimary: true },
          text('occurred_at', 24),
          text('ip', 45, true),
          bytes('salt'),
          { name: 'private_values', type: 'text' },
        ],
        indices: [
          new TableIndex({ name: 'audit_private_by_age', columnNames: ['occurred_at'] }),
          new TableIndex({ name: 'audit_private_by_ip', columnNames: ['ip', 'seq'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_subjects',
        columns: [
          { ...text('subject', 36), isPrimary: true },
          whole('entries'),
          bytes('last_leaf', true),
          text('erased_at', 24, true),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_tiles',
        columns: [
          { name: 'level', type: 'integer', isPrimary: true },
          { ...whole('tile_index'), isPrimary: true },
          bytes('hashes'),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'audit_state',
        columns: [
          { name: 'id', type: 'integer', isPrimary: true },
          whole('size'),
          bytes('root', true),
          { name: 'checkpoint', type: 'text', isNullable: true },
          whole('pruned_size'),
        ],
      }),
    );
    // The intake is usually empty now. Its indexes cost time at every action and are not needed.
    await runner.dropIndex('audit_intake', 'audit_intake_by_actor');
    await runner.dropIndex('audit_intake', 'audit_intake_by_resource');
    await runner.query('INSERT INTO audit_state (id, size, pruned_size) VALUES (1, 0, 0)');
    for (const statement of postgres ? POSTGRES_TRIGGERS : SQLITE_TRIGGERS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndices('audit_intake', [
      new TableIndex({ name: 'audit_intake_by_actor', columnNames: ['actor_id'] }),
      new TableIndex({ name: 'audit_intake_by_resource', columnNames: ['resource', 'id'] }),
    ]);
    for (const table of ['audit_log', 'audit_private', 'audit_subjects', 'audit_tiles', 'audit_state']) {
      await runner.dropTable(table);
    }
    if (runner.connection.options.type === 'postgres') {
      await runner.query('DROP FUNCTION audit_refuse_change');
      await runner.query('DROP FUNCTION audit_refuse_early_delete');
    }
  }
}

// Only entries that retention has declared pruned may be deleted.
const SQLITE_TRIGGERS = [
  `CREATE TRIGGER audit_log_append_only BEFORE UPDATE ON audit_log
   BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END`,
  `CREATE TRIGGER audit_log_undeletable BEFORE DELETE ON audit_log
   WHEN OLD.seq >= (SELECT pruned_size FROM audit_state WHERE id = 1)
   BEGIN SELECT RAISE(ABORT, 'audit_log is append-only'); END`,
  `CREATE TRIGGER audit_private_unchangeable BEFORE UPDATE ON audit_private
   BEGIN SELECT RAISE(ABORT, 'audit_private can only be erased'); END`,
];

const POSTGRES_TRIGGERS = [
  `CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN RAISE EXCEPTION '% cannot be changed', TG_TABLE_NAME; END $$`,
  `CREATE FUNCTION audit_refuse_early_delete() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN
     IF OLD.seq >= (SELECT pruned_size FROM audit_state WHERE id = 1) THEN
       RAISE EXCEPTION 'audit_log is append-only';
     END IF;
     RETURN OLD;
   END $$`,
  `CREATE TRIGGER audit_log_append_only BEFORE UPDATE ON audit_log
   FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()`,
  `CREATE TRIGGER audit_log_untruncatable BEFORE TRUNCATE ON audit_log
   FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()`,
  `CREATE TRIGGER audit_log_undeletable BEFORE DELETE ON audit_log
   FOR EACH ROW EXECUTE FUNCTION audit_refuse_early_delete()`,
  `CREATE TRIGGER audit_private_unchangeable BEFORE UPDATE ON audit_private
   FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()`,
];
