import { Transactions } from '../../src/database/transactions.js';
import type { TestApp } from './test-app.js';

/**
 * Makes the database refuse every insert and update of a table, with the row in the error where it reports one.
 * With `refused` false, it takes them again.
 */
export async function refuseWrites(server: TestApp, table: string, refused: boolean): Promise<void> {
  const execute = (sql: string) =>
    server.app.get(Transactions).run(async (tx) => void (await tx.query(sql)), { alone: true });
  if (server.config.database.kind === 'postgres') {
    const change = refused ? 'ADD CONSTRAINT refused CHECK (false) NOT VALID' : 'DROP CONSTRAINT refused';
    return execute(`ALTER TABLE ${table} ${change}`);
  }
  for (const action of ['INSERT', 'UPDATE', 'DELETE']) {
    const name = `refused_${table}_${action}`;
    await execute(
      refused
        ? `CREATE TRIGGER ${name} BEFORE ${action} ON ${table} BEGIN SELECT RAISE(ABORT, 'refused'); END`
        : `DROP TRIGGER ${name}`,
    );
  }
}
