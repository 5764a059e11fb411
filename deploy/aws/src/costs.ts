import { type Size, SIZES } from './size.js';

const HOURS = 730;
const MILLION = 1_000_000;

/** In US dollars, on demand, in Frankfurt (eu-central-1), without tax: assumed for late 2026. */
export const PRICES = {
  processorHour: 0.04656,
  memoryGibHour: 0.00511,
  /** Two servers in two zones. */
  databaseHour: { 't4g.small': 0.074, 't4g.medium': 0.147, 'm7g.large': 0.403 },
  databaseGib: 0.274,
  balancerHour: 0.027,
  /** For each unit of connections, bytes and rules. */
  balancerUnitHour: 0.008,
  natHour: 0.052,
  natGib: 0.052,
  addressHour: 0.005,
  bucketGib: 0.0245,
  bucketWrite: 5.4 / MILLION,
  bucketRead: 0.43 / MILLION,
  outGib: 0.09,
  freeOutGib: 100,
  tableWrite: 0.7625 / MILLION,
  logGib: 0.63,
  alarm: 0.1,
  secret: 0.4,
  key: 1,
  keyRequest: 3 / MILLION,
  zone: 0.5,
} as const;

/** What one user keeps, and does in a month. Versions and trash are in what is kept. */
export const USE = { gibKept: 5, requests: 9000, uploads: 200, gibOut: 1 } as const;

/** Bytes of one line of the log. */
const LOG_LINE = 450;
/** The gateways carry images, logs and secrets, for each task. */
const NAT_GIB_PER_TASK = 5;

/** Tasks that run on average: more than the least number only in busy hours. */
export function meanTasks({ tasks }: Size): number {
  return tasks.least + (tasks.most - tasks.least) / 8;
}

/** The costs of one month, in US dollars. */
export function monthlyCosts(size: Size): Readonly<Record<string, number>> {
  const { users, natGateways } = size;
  const tasks = meanTasks(size);
  const requests = users * USE.requests;
  const seconds = HOURS * 3600;
  return {
    Fargate:
      tasks *
      HOURS *
      ((size.cpu / 1024) * PRICES.processorHour + (size.memoryMiB / 1024) * PRICES.memoryGibHour),
    'RDS, two zones': HOURS * PRICES.databaseHour[size.database] + size.databaseGiB * PRICES.databaseGib,
    'load balancer':
      HOURS *
      (PRICES.balancerHour + 2 * PRICES.addressHour + units(requests / seconds) * PRICES.balancerUnitHour),
    'NAT gateways':
      natGateways * HOURS * (PRICES.natHour + PRICES.addressHour) + tasks * NAT_GIB_PER_TASK * PRICES.natGib,
    S3: users * (USE.gibKept * PRICES.bucketGib + USE.uploads * (PRICES.bucketWrite + PRICES.bucketRead)),
    'bytes to the internet': Math.max(0, users * USE.gibOut - PRICES.freeOutGib) * PRICES.outGib,
    // The witness gets at most one checkpoint a second.
    DynamoDB: Math.min(requests, seconds) * PRICES.tableWrite,
    log: ((requests * LOG_LINE) / 2 ** 30) * PRICES.logGib,
    'key, secrets, alarms, zone':
      PRICES.key +
      Math.min(requests, 10 * MILLION) * PRICES.keyRequest +
      6 * PRICES.secret +
      14 * PRICES.alarm +
      PRICES.zone,
  };
}

/** Units of the balancer, at least one. A unit has 25 new connections a second; two requests come by one. */
function units(requestsPerSecond: number): number {
  return Math.max(1, requestsPerSecond / 2 / 25);
}

/** The costs of all sizes as a table in Markdown. */
export function costTable(): string {
  const sizes = Object.entries(SIZES);
  const costs = sizes.map(([, size]) => monthlyCosts(size));
  const sum = (cost: Readonly<Record<string, number>>) =>
    Object.values(cost).reduce((total, part) => total + part, 0);
  const number = (value: number) => Math.round(value).toLocaleString('en');
  const rows = [
    [
      'US dollars a month',
      ...sizes.map(([name, { users }]) => `\`${name}\`, ${number(users)} ${users === 1 ? 'user' : 'users'}`),
    ],
    ['---', ...sizes.map(() => '--:')],
    [
      'tasks on average',
      ...sizes.map(
        ([, size]) => `${meanTasks(size)} × ${size.cpu / 1024} vCPU, ${size.memoryMiB / 1024} GiB`,
      ),
    ],
    ['database', ...sizes.map(([, size]) => `2 × ${size.database}, ${size.databaseGiB} GiB`)],
    ...Object.keys(costs[0]!).map((part) => [part, ...costs.map((cost) => number(cost[part]!))]),
    ['**together**', ...costs.map((cost) => `**${number(sum(cost))}**`)],
    ['for one user', ...costs.map((cost, index) => (sum(cost) / sizes[index]![1].users).toFixed(2))],
  ];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}
