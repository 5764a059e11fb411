import { text } from 'node:stream/consumers';
import { read } from 'read';

/**
 * Reads a password: from a prompt without echo, or the first line of standard input when that is not a
 * terminal.
 */
export async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).split(/\r?\n/, 1)[0]!;
  const first = await read({ prompt: 'Password: ', silent: true, output: process.stderr });
  const again = await read({ prompt: 'Again: ', silent: true, output: process.stderr });
  process.stderr.write('\n');
  if (first !== again) throw new Error('the two passwords differ');
  return first;
}
