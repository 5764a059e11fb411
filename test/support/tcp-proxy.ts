import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy between the service and a server, which can cut, freeze or slow down connections. */
export class TcpProxy {
  readonly #server = createServer((client) => this.#join(client));
  readonly #sockets = new Set<Socket>();
  /** The number of bytes towards the server after which every connection is cut, or frozen. */
  cutAfter = Infinity;
  freezeAfter = Infinity;
  /** Bytes a second towards the server. */
  bytesPerSecond = Infinity;
  #passed = 0;

  private constructor(private readonly target: number) {}

  static async to(url: string): Promise<TcpProxy> {
    const proxy = new TcpProxy(Number(new URL(url).port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resets the counter and passes everything again, on new connections. */
  heal(): void {
    Object.assign(this, { cutAfter: Infinity, freezeAfter: Infinity, bytesPerSecond: Infinity });
    this.#passed = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket
        .on('error', () => undefined)
        .on('close', () => {
          this.#sockets.delete(socket);
          // After the data in transit has been delivered.
          other.destroySoon();
        });
    }
    client.on('data', (chunk: Buffer) => this.#pass(client, server, chunk));
    server.on('data', (chunk: Buffer) => {
      if (this.#passed > this.freezeAfter || client.write(chunk)) return;
      server.pause();
      client.once('drain', () => server.resume());
    });
  }

  #pass(client: Socket, server: Socket, chunk: Buffer): void {
    this.#passed += chunk.length;
    if (this.#passed > this.cutAfter) {
      client.resetAndDestroy();
      return;
    }
    if (this.#passed > this.freezeAfter) {
      client.pause();
      return;
    }
    server.write(chunk);
    if (this.bytesPerSecond === Infinity) return;
    client.pause();
    setTimeout(() => client.resume(), (chunk.length / this.bytesPerSecond) * 1000);
  }
}
