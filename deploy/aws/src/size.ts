/** How large an installation is. Names of memory and storage end with their unit. */
export interface Size {
  /** How many people it is meant for. */
  readonly users: number;
  readonly tasks: { readonly least: number; readonly most: number };
  /** Units of Fargate: 1024 are one processor. */
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Requests a minute to one task, above which another one is started. */
  readonly requestsPerTask: number;
  /** The class of the database's two servers. Each task opens up to 20 connections. */
  readonly database: 't4g.small' | 't4g.medium' | 'm7g.large';
  readonly databaseGiB: number;
  /** One for all zones, or one in each. */
  readonly natGateways: number;
}

export const SIZES = {
  small: {
    users: 1,
    tasks: { least: 2, most: 3 },
    cpu: 512,
    memoryMiB: 1024,
    requestsPerTask: 12_000,
    database: 't4g.small',
    databaseGiB: 20,
    natGateways: 1,
  },
  medium: {
    users: 100,
    tasks: { least: 2, most: 6 },
    cpu: 1024,
    memoryMiB: 2048,
    requestsPerTask: 30_000,
    database: 't4g.medium',
    databaseGiB: 50,
    natGateways: 1,
  },
  // A second processor serves the hashing of passwords and digests. JavaScript has one thread.
  large: {
    users: 10_000,
    tasks: { least: 4, most: 20 },
    cpu: 2048,
    memoryMiB: 4096,
    requestsPerTask: 30_000,
    database: 'm7g.large',
    databaseGiB: 500,
    natGateways: 2,
  },
} as const satisfies Record<string, Size>;
