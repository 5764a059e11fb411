import { type MigrationInterface, type QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

/** The properties of a session that users see, and its refresh tokens. */
export class RefreshTokens1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumns('sessions', [
      new TableColumn({ name: 'last_used_at', type: 'varchar', length: '24', isNullable: true }),
      new TableColumn({ name: 'ip', type: 'varchar', length: '45', isNullable: true }),
      new TableColumn({ name: 'user_agent', type: 'varchar', length: '512', isNullable: true }),
    ]);
    await runner.createTable(
      new Table({
        name: 'refresh_tokens',
        columns: [
          { name: 'token_hash', type: 'varchar', length: '64', isPrimary: true },
          { name: 'session_id', type: 'varchar', length: '36' },
          { name: 'created_at', type: 'varchar', length: '24' },
          { name: 'replaced_at', type: 'varchar', length: '24', isNullable: true },
          { name: 'successor', type: 'varchar', length: '200', isNullable: true },
        ],
        foreignKeys: [
          {
            columnNames: ['session_id'],
            referencedTableName: 'sessions',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [new TableIndex({ name: 'refresh_tokens_by_session', columnNames: ['session_id'] })],
      }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('refresh_tokens');
    await runner.dropColumns('sessions', ['last_used_at', 'ip', 'user_agent']);
  }
}
