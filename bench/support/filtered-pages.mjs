import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Pages of each filter. The result is p99 over all filters together. */
const PAGES = 100;
const HEALTH_EVERY_MS = 5;

/**
 * Reports how long pages of 50 take with each filter, from any place in the log, and how long `/health` waits
 * meanwhile.
 */
export async function measureFilters({ url, headers, entries, idAt, report }) {
  const heavy = idAt(0);
  const [hot, cold] = ['203.0.113.7', '198.51.100.1'];
  const everyday = [
    'FILE_DOWNLOAD',
    'FILE_UPLOAD',
    'FILE_LIST',
    'FILE_RENAME',
    'FILE_DELETE',
    'USER_LOGIN',
    'KEY_CREATE',
  ];
  const at = (number) => new Date(Date.UTC(2026, 0, 1) + number).toISOString();
  const filters = {
    'outcome, rare': () => 'outcome=denied',
    'outcome, none': () => 'outcome=aborted',
    'seven actions': () => everyday.map((action) => `action=${action}`).join('&'),
    'an action, rare': () => 'action=KEY_CREATE',
    'an action, none': () => 'action=FILE_RENAME',
    'a request': () => `request_id=${idAt(random(entries))}`,
    'a resource': () => `resource=${idAt(random(entries))}`,
    'an address, 4000 times': () => `ip=${hot}`,
    'an address, never': () => `ip=${cold}`,
    'an address and an action': () => `ip=${hot}&action=FILE_RENAME`,
    'an hour and an action': () => `from=${at(random(entries))}&action=FILE_RENAME`,
  };
  const all = [];
  const health = [];
  for (const [name, query] of Object.entries(filters)) {
    for (const whose of ['', `&user_id=${heavy}`]) {
      const { times, waited } = await pagesOf(
        `${url}/api/audit/logs?limit=50${whose}`,
        query,
        headers,
        url,
        () => Buffer.from(idAt(random(entries) + 50)).toString('base64url'),
      );
      all.push(...times);
      health.push(...waited);
      report(`  ${name}${whose === '' ? '' : ', one user'}`, summary(times));
    }
  }
  report('page by any filter', summary(all), '20 ms');
  report('/health meanwhile', summary(health), '50 ms');
}

async function pagesOf(path, query, headers, url, cursor) {
  const times = [];
  const waited = [];
  let done = false;
  const watching = (async () => {
    while (!done) {
      waited.push(await timed(() => fetch(`${url}/health`).then((answer) => answer.text())));
      await delay(HEALTH_EVERY_MS);
    }
  })();
  for (let page = 0; page < PAGES; page++) {
    const target = `${path}&${query()}${page % 2 ? `&cursor=${cursor()}` : ''}`;
    times.push(
      await timed(async () => {
        const answer = await fetch(target, { headers });
        if (answer.status !== 200) throw new Error(`${target} answered ${answer.status}`);
        await answer.text();
      }),
    );
  }
  done = true;
  await watching;
  return { times, waited };
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

function random(below) {
  return Math.floor(Math.random() * below);
}

function summary(times) {
  times.sort((a, b) => a - b);
  const ms = (part) => `${times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(1)} ms`;
  return `p50 ${ms(0.5)}, p99 ${ms(0.99)}, the slowest ${ms(1)}`;
}
