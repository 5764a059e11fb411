import type { Server } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';

const SWEEP_MS = 100;

const logger = new Logger('Shutdown');
const connections = new WeakMap<Server, Set<Socket>>();

/**
 * Tracks the open connections of `server` for `drainServer`. Node lists only connections that have had a
 * request.
 */
export function watchConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/**
 * Stops accepting connections, lets running requests finish, and destroys what is left at `deadline`.
 * Idle connections are closed, and so are connections from which no byte has arrived. A request whose head
 * has begun to arrive gets the usual time for heads.
 */
export async function drainServer(server: Server, deadline: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // The `close` of the HTTP server would also stop Node's check for late heads.
    TcpServer.prototype.close.call(server, () => resolve());
  });
  const sweep = setInterval(() => closeUnused(server), SWEEP_MS);
  const cut = setTimeout(
    () => {
      logger.warn('shutdown: the grace has ended, cutting the remaining requests');
      server.closeAllConnections();
    },
    Math.max(0, deadline - Date.now()),
  );
  closeUnused(server);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}

function closeUnused(server: Server): void {
  server.closeIdleConnections();
  for (const socket of connections.get(server) ?? []) {
    if (socket.bytesRead === 0) socket.destroy();
  }
}
