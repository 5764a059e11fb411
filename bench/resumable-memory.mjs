// The growth of the service's resident memory during 32 parallel resumable uploads of 50 MiB, each cut once in the middle.
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { register, startService } from './support/server.mjs';

const SIZE = 50 * 1024 * 1024;
const UPLOADS = 32;
const CHUNK = Buffer.alloc(64 * 1024, 7);
const service = await startService();
const headers = await register(service.url);

async function residentMegabytes() {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

/** Sends bytes from `offset` on, and breaks the connection off after `stop` of them. Returns the answer, or null. */
function patch(path, offset, stop) {
  return new Promise((resolve, reject) => {
    const call = request(service.url + path, {
      method: 'PATCH',
      headers: {
        ...headers,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': offset,
        'content-length': SIZE - offset,
      },
    });
    call.on('error', (error) => (stop === Infinity ? reject(error) : resolve(null)));
    call.on('response', (answer) => answer.resume().on('end', () => resolve(answer)));
    let sent = 0;
    const pump = () => {
      while (sent < SIZE - offset) {
        if (sent >= stop) return call.destroy();
        const length = Math.min(CHUNK.length, SIZE - offset - sent);
        sent += length;
        if (!call.write(CHUNK.subarray(0, length))) return call.once('drain', pump);
      }
      call.end();
    };
    pump();
  });
}

async function upload() {
  const begun = await fetch(`${service.url}/api/uploads`, {
    method: 'POST',
    headers: { ...headers, 'upload-length': SIZE },
  });
  const path = begun.headers.get('location');
  await patch(path, 0, SIZE / 2);
  for (;;) {
    const progress = await fetch(service.url + path, { method: 'HEAD', headers });
    const answer = await patch(path, Number(progress.headers.get('upload-offset')), Infinity);
    // As every client does: on a slow storage the first request may still have been recording its bytes.
    if (answer.statusCode !== 409 && answer.statusCode !== 423) return answer;
  }
}

const before = await residentMegabytes();
let most = before;
const watch = setInterval(async () => (most = Math.max(most, await residentMegabytes())), 20);
const begun = performance.now();
const answers = await Promise.all(Array.from({ length: UPLOADS }, upload));
const seconds = (performance.now() - begun) / 1000;
clearInterval(watch);
await service.stop();
const files = answers.filter((answer) => answer?.headers['content-location'] !== undefined);
console.log(`${files.length} of ${UPLOADS} uploads of 50 MiB have become files`);
console.log(
  `${((UPLOADS * 50) / seconds).toFixed(0)} MiB/s; resident memory ${before.toFixed(0)} MB, at most ${most.toFixed(0)} MB`,
);
console.log(`growth ${(most - before).toFixed(0)} MB (goal below 150)`);
