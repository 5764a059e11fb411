import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface DelayingProxy {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /** How many answers were delayed so far. */
  delayed(): number;
  stop(): Promise<void>;
}

/** A proxy in front of PostgreSQL that delays every answer to a matching statement by `ms` milliseconds. */
export async function startDelayingProxy(
  databaseUrl: string,
  statement: RegExp,
  ms: number,
): Promise<DelayingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let delayed = 0;
  const server = createServer((client) => {
    const database = connect(Number(target.port || 5432), target.hostname);
    let held = 0;
    let answers: Promise<void> = Promise.resolve();
    client.on('data', (bytes: Buffer) => {
      if (statement.test(bytes.toString('latin1'))) {
        held = ms;
        delayed++;
      }
      database.write(bytes);
    });
    database.on('data', (bytes: Buffer) => {
      const wait = held;
      held = 0;
      answers = answers.then(async () => {
        if (wait > 0) await delay(wait);
        client.write(bytes);
      });
    });
    for (const [one, other] of [
      [client, database],
      [database, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    delayed: () => delayed,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
