import { type MigrationInterface, type QueryRunner, TableColumn, TableIndex } from 'typeorm';

/** The value that all refresh tokens of a session share. It identifies an old token whose row is gone. */
export class RefreshTokenFamilies1764730000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumn(
      'refresh_tokens',
      new TableColumn({ name: 'family_hash', type: 'varchar', length: '64', isNullable: true }),
    );
    await runner.createIndex(
      'refresh_tokens',
      new TableIndex({ name: 'refresh_tokens_by_family', columnNames: ['family_hash'] }),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('refresh_tokens', 'refresh_tokens_by_family');
    await runner.dropColumn('refresh_tokens', 'family_hash');
  }
}
