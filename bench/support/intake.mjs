import pg from 'pg';
import { sqliteDriver } from '../../dist/database/sqlite-driver.js';

const COLUMNS =
  'id, action, outcome, actor_type, actor_id, subject, resource, request_id, occurred_at, recorded_at, metadata, ip, user_agent, personal';
const BEGUN = Date.UTC(2026, 0, 1);
const CHUNK = 2000;

const idOf = (number) => {
  const time = (BEGUN + number).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${number.toString(16).padStart(12, '0')}`;
};

/**
 * Records of downloads and uploads, a millisecond apart. Three of ten are by one user, the others by
 * `subjects` users in turn. With `only`, all are by that user. One in a thousand is a denial; one in ten thousand is a new key.
 */
function rowOf(number, subjects, only) {
  const user = only ?? idOf(number % 10 < 3 ? 0 : number % subjects);
  const everyday = number % 3 ? 'FILE_DOWNLOAD' : 'FILE_UPLOAD';
  const at = new Date(BEGUN + number).toISOString();
  const digest = number.toString(16).padStart(64, '0');
  return [
    idOf(number),
    number % 10_007 ? everyday : 'KEY_CREATE',
    number % 997 ? 'success' : 'denied',
    'user',
    user,
    user,
    `file:${idOf(number)}`,
    idOf(number),
    at,
    at,
    JSON.stringify(number % 3 ? {} : { size: number, sha256: digest, mime_type: 'application/pdf' }),
    `203.0.113.${number % 250}`,
    'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
    JSON.stringify({ filename: `quarterly report ${number}.pdf` }),
  ];
}

/** The intake of a database, accessed without the service. */
export function intakeOf(database) {
  return database.startsWith('postgres') ? postgresIntake(database) : sqliteIntake(database);
}

async function postgresIntake(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    idAt: idOf,
    async fill(entries, subjects, only) {
      await client.query('BEGIN');
      for (let at = 0; at < entries; at += CHUNK) {
        const rows = Array.from({ length: Math.min(CHUNK, entries - at) }, (_, i) =>
          rowOf(at + i, subjects, only),
        );
        const columns = rows[0].map((_, column) => rows.map((row) => row[column]));
        const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join();
        await client.query(`INSERT INTO audit_intake (${COLUMNS}) SELECT * FROM unnest(${arrays})`, columns);
      }
      await client.query('COMMIT');
    },
    count: async () => Number((await client.query('SELECT COUNT(*) AS n FROM audit_intake')).rows[0].n),
    vacuum: async () => {
      await client.query('VACUUM audit_intake');
      await client.query('ANALYZE audit_log, audit_private, audit_tiles');
    },
    close: () => client.end(),
  };
}

function sqliteIntake(file) {
  const Database = sqliteDriver();
  const connection = new Database(file, { timeout: 30_000 });
  const insert = connection.prepare(`INSERT INTO audit_intake (${COLUMNS}) VALUES (${'?,'.repeat(13)}?)`);
  return {
    idAt: idOf,
    fill(entries, subjects, only) {
      connection.transaction(() => {
        for (let number = 0; number < entries; number++) insert.run(rowOf(number, subjects, only));
      })();
    },
    count: () => connection.prepare('SELECT COUNT(*) AS n FROM audit_intake').get().n,
    vacuum: () => undefined,
    close: () => connection.close(),
  };
}
