import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Requests a second that one thread of wrk gets from `url` over 32 connections. Fails on any answer that is not 2xx. */
export async function requestsPerSecond(url, headers = {}, seconds = 5) {
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const { stdout } = await run('wrk', ['-t1', '-c32', `-d${seconds}s`, ...flags, url]);
  if (/Non-2xx/.test(stdout)) throw new Error(`wrk saw refusals from ${url}:\n${stdout}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
