import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

const keyHash = (isNullable: boolean) =>
  new TableColumn({ name: 'key_hash', type: 'varchar', length: '64', isUnique: true, isNullable });

/** API keys that sign requests, and so have no secret, and the nonces that they have used. */
export class SignedRequests1764890000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.changeColumn('api_keys', 'key_hash', keyHash(true));
    await runner.query('ALTER TABLE api_keys ADD COLUMN public_key varchar(60)');
    await runner.createTable(
      new Table({
        name: 'request_nonces',
        columns: [
          { name: 'key_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'nonce', type: 'varchar', length: '64', isPrimary: true },
          { name: 'expires_at', type: 'varchar', length: '24' },
        ],
        indices: [new TableIndex({ name: 'request_nonces_by_expiry', columnNames: ['expires_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('request_nonces');
    await runner.query('DELETE FROM api_keys WHERE key_hash IS NULL');
    await runner.query('ALTER TABLE api_keys DROP COLUMN public_key');
    await runner.changeColumn('api_keys', 'key_hash', keyHash(false));
  }
}
