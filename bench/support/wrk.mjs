import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Requests a second from `url`, with one thread of wrk and this number of connections. Fails on any answer
 * that is not 2xx.
 */
export async function requestsPerSecond(url, headers = {}, seconds = 5, clients = 32) {
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  return rateIn(await wrk([`-c${clients}`, `-d${seconds}s`, ...flags, url]));
}

/** Requests a second of a Lua script, with one thread of wrk. Fails on any answer that is not 2xx. */
export async function requestsPerSecondOf(script, { url, clients, seconds }) {
  return rateIn(await wrk([`-c${clients}`, `-d${seconds}s`, '-s', script, url]));
}

function rateIn(output) {
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)[1]);
}

async function wrk(args) {
  const { stdout } = await execute('wrk', ['-t1', ...args]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk saw refusals:\n${stdout}`);
  return stdout;
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
