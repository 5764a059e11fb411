// The growth of the service's resident memory during 32 parallel uploads of 50 MiB.
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { register, startService } from './support/server.mjs';

const SIZE = 50 * 1024 * 1024;
const UPLOADS = 32;
const service = await startService();
const headers = await register(service.url);

async function residentMegabytes() {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
}

function upload() {
  const head = Buffer.from('--b\r\nContent-Disposition: form-data; name="file"; filename="big.bin"\r\n\r\n');
  const tail = Buffer.from('\r\n--b--\r\n');
  const chunk = Buffer.alloc(64 * 1024, 7);
  return new Promise((resolve, reject) => {
    const call = request(`${service.url}/api/files`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'multipart/form-data; boundary=b',
        'content-length': head.length + SIZE + tail.length,
      },
    });
    call.on('error', reject);
    call.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)));
    call.write(head);
    let sent = 0;
    const pump = () => {
      while (sent < SIZE) {
        sent += chunk.length;
        if (!call.write(chunk)) return call.once('drain', pump);
      }
      call.end(tail);
    };
    pump();
  });
}

const before = await residentMegabytes();
let most = before;
const watch = setInterval(async () => (most = Math.max(most, await residentMegabytes())), 20);
const begun = performance.now();
const answers = await Promise.all(Array.from({ length: UPLOADS }, upload));
const seconds = (performance.now() - begun) / 1000;
clearInterval(watch);
await service.stop();
console.log(
  `${answers.filter((status) => status === 201).length} of ${UPLOADS} uploads of 50 MiB answered 201`,
);
console.log(
  `${((UPLOADS * 50) / seconds).toFixed(0)} MiB/s; resident memory ${before.toFixed(0)} MB, at most ${most.toFixed(0)} MB`,
);
console.log(`growth ${(most - before).toFixed(0)} MB (goal below 150)`);
