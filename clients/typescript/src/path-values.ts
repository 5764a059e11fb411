/** The part of a request that makes its path. */
export interface PathOptions {
  /** Such as `/api/trash/{id}`. */
  readonly url: string;
  readonly path?: Readonly<Record<string, unknown>>;
}

/**
 * Without an id, the path of one thing is that of all: `/api/trash/`. The same with `.` and `..`, which are resolved
 * before a request is sent.
 * @throws TypeError for a value that is no part of a path.
 */
export function demandPathValues({ url, path = {} }: PathOptions): void {
  for (const [, name = ''] of url.matchAll(/\{(\w+)\}/g)) {
    const value = path[name];
    if (typeof value === 'number' || (typeof value === 'string' && !/^\.{0,2}$/.test(value))) continue;
    throw new TypeError(
      `The path parameter ${name} must be a number, or a text that is not empty and not . or ..`,
    );
  }
}
