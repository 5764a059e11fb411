import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';

export interface Moto {
  /** Where it speaks the protocols of AWS. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts moto, which stands in for AWS. */
export async function startMoto(): Promise<Moto> {
  const port = String(await freePort());
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', port], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for (let attempt = 0; attempt < 1200 && child.exitCode === null; attempt++) {
    const answers = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answers) return { endpoint, stop };
    await delay(50);
  }
  throw new Error('no AWS: install what `python3 -m moto.server` starts');
}
