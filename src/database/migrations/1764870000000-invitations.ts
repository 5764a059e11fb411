import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

/** Invitations to register, until they are used. They go with the admin who made them. */
export class Invitations1764870000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'invitations',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'token_hash', type: 'varchar', length: '64', isUnique: true },
          { name: 'created_by', type: 'varchar', length: '36' },
          { name: 'email', type: 'varchar', length: '254', isNullable: true },
          { name: 'role', type: 'varchar', length: '20' },
          { name: 'created_at', type: 'varchar', length: '24' },
          { name: 'expires_at', type: 'varchar', length: '24' },
        ],
        foreignKeys: [
          {
            columnNames: ['created_by'],
            referencedTableName: 'users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [
          new TableIndex({ name: 'invitations_by_maker', columnNames: ['created_by'] }),
          new TableIndex({ name: 'invitations_by_expiry', columnNames: ['expires_at'] }),
        ],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('invitations');
  }
}
