import type { Server } from 'node:http';
import { Server as TcpServer, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';

const SWEEP_MS = 100;

const logger = new Logger('Shutdown');
const connections = new WeakMap<Server, Set<Socket>>();

/** Keeps the open connections of `server` in view, for `drainServer`: Node tells only of those that have had a request. */
export function watchConnections(server: Server): void {
  const open = new Set<Socket>();
  connections.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
}

/**
 * Takes no new connections, lets requests in flight finish, and cuts what is left when the grace ends.
 * Connections that are idle, or become so, are closed; so are those from which no byte has come. The head of a request
 * that has begun has the time that the server gives to every head.
 */
export async function drainServer(server: Server, deadline: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    // HTTP's own `close` would also stop the search for heads that are overdue.
    TcpServer.prototype.close.call(server, () => resolve());
  });
  const sweep = setInterval(() => closeUnused(server), SWEEP_MS);
  const cut = setTimeout(
    () => {
      logger.warn('shutdown: the grace has ended, cutting the requests that are left');
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
