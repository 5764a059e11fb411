import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** Starts the server with one thread: it then compares and writes without another request in between. */
const ONE_THREAD = `
import sys
from werkzeug.serving import run_simple
from moto.server import DomainDispatcherApplication, create_backend_app
run_simple('127.0.0.1', int(sys.argv[1]), DomainDispatcherApplication(create_backend_app), threaded=False)
`;

// The AWS chain reads these. The server accepts any.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

/** Starts a server that speaks the protocols of AWS. With one thread, conditional writes are atomic. */
export async function launchMoto({ oneThread = false } = {}): Promise<{
  process: ChildProcess;
  endpoint: string;
}> {
  const port = String(await freePort());
  const program = oneThread ? ['-c', ONE_THREAD, port] : ['-m', 'moto.server', '-H', '127.0.0.1', '-p', port];
  const child = spawn('python3', program, { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 400 && child.exitCode === null; attempt++) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return { process: child, endpoint };
    await delay(50);
  }
  throw new Error('no server: set S3_ENDPOINT, or install one that `python3 -m moto.server` starts');
}
