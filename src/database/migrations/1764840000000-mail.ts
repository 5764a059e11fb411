import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

const OF_USER = {
  columnNames: ['user_id'],
  referencedTableName: 'users',
  referencedColumnNames: ['id'],
  onDelete: 'CASCADE',
};

/** Mails that wait to be sent, the tokens in their links, and how many mails an address has got. */
export class Mail1764840000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createTable(
      new Table({
        name: 'mails',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'user_id', type: 'varchar', length: '36', isNullable: true },
          { name: 'recipient', type: 'varchar', length: '254', isNullable: true },
          { name: 'letter', type: 'varchar', length: '40' },
          { name: 'facts', type: 'text' },
          { name: 'attempts', type: 'integer' },
          { name: 'due_at', type: 'varchar', length: '24' },
          { name: 'created_at', type: 'varchar', length: '24' },
        ],
        foreignKeys: [OF_USER],
        indices: [
          new TableIndex({ name: 'mails_by_due', columnNames: ['due_at'] }),
          new TableIndex({ name: 'mails_by_user', columnNames: ['user_id'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'mailed_tokens',
        columns: [
          { name: 'token_hash', type: 'varchar', length: '64', isPrimary: true },
          { name: 'user_id', type: 'varchar', length: '36' },
          { name: 'mail_id', type: 'varchar', length: '36', isNullable: true },
          { name: 'purpose', type: 'varchar', length: '20' },
          { name: 'email', type: 'varchar', length: '254' },
          { name: 'expires_at', type: 'varchar', length: '24' },
        ],
        foreignKeys: [OF_USER],
        indices: [
          new TableIndex({ name: 'mailed_tokens_by_user', columnNames: ['user_id'] }),
          new TableIndex({ name: 'mailed_tokens_by_mail', columnNames: ['mail_id'] }),
          new TableIndex({ name: 'mailed_tokens_by_expiry', columnNames: ['expires_at'] }),
        ],
      }),
    );
    await runner.createTable(
      new Table({
        name: 'mail_budgets',
        columns: [
          { name: 'budget_key', type: 'varchar', length: '100', isPrimary: true },
          { name: 'mails', type: 'integer' },
          { name: 'window_ends', type: 'varchar', length: '24' },
        ],
        indices: [new TableIndex({ name: 'mail_budgets_by_end', columnNames: ['window_ends'] })],
      }),
    );
    await runner.query('ALTER TABLE users ADD COLUMN email_verified_at varchar(24)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN email_verified_at');
    await runner.dropTable('mail_budgets');
    await runner.dropTable('mailed_tokens');
    await runner.dropTable('mails');
  }
}
