import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

// SQLite uses a partial index only for a query with exactly this condition.
const NOTABLE =
  "(outcome <> 'success' OR action NOT IN ('USER_LOGIN', 'TOKEN_REFRESH', 'FILE_UPLOAD', 'FILE_LIST', 'FILE_DOWNLOAD', 'FILE_RENAME', 'FILE_DELETE'))";

const BY_RESOURCE = new TableIndex({ name: 'audit_log_by_resource', columnNames: ['resource', 'id'] });

/**
 * Indexes for the filters of the audit trail: a resource or a request of one user, and the entries other than
 * frequent successful actions. Those are few, so frequent actions hardly pay for the index.
 */
export class SearchIndexes1764720000000 implements MigrationInterface {
  readonly #indexes = [
    new TableIndex({
      name: 'audit_log_by_resource_and_subject',
      columnNames: ['resource', 'subject', 'id'],
    }),
    new TableIndex({ name: 'audit_log_by_request', columnNames: ['request_id', 'subject', 'id'] }),
    new TableIndex({ name: 'audit_log_notable', columnNames: ['id'], where: NOTABLE }),
    new TableIndex({ name: 'audit_log_notable_by_subject', columnNames: ['subject', 'id'], where: NOTABLE }),
  ];

  async up(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('audit_log', BY_RESOURCE.name!);
    await runner.createIndices('audit_log', this.#indexes);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndices('audit_log', this.#indexes);
    await runner.createIndex('audit_log', BY_RESOURCE);
  }
}
