import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

/** Passkeys, and the challenges of passkeys that were used. */
export class Passkeys1764880000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'passkeys',
        columns: [
          { name: 'factor_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'user_id', type: 'varchar', length: '36' },
          { name: 'credential_id', type: 'varchar', length: '1364' },
          { name: 'public_key', type: 'varchar', length: '2000' },
          { name: 'counter', type: 'bigint' },
          { name: 'transports', type: 'varchar', length: '400' },
          { name: 'backup_eligible', type: 'boolean' },
          { name: 'backed_up', type: 'boolean' },
        ],
        foreignKeys: [
          {
            columnNames: ['factor_id'],
            referencedTableName: 'factors',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [
          new TableIndex({ name: 'passkeys_by_user', columnNames: ['user_id'] }),
          new TableIndex({
            name: 'passkeys_by_credential',
            columnNames: ['credential_id'],
            isUnique: true,
          }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'used_passkey_challenges',
        columns: [
          { name: 'nonce', type: 'varchar', length: '22', isPrimary: true },
          { name: 'expires_at', type: 'varchar', length: '24' },
        ],
        indices: [new TableIndex({ name: 'used_passkey_challenges_by_expiry', columnNames: ['expires_at'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('used_passkey_challenges');
    await runner.dropTable('passkeys');
  }
}
