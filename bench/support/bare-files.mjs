// The reference for downloads: bare node:http and streams. It serves `/health`, and `/N`: a file of N bytes
// in the directory FILES.
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

createServer((request, response) => {
  if (request.url === '/health') return void response.end('{}');
  const name = request.url.slice(1);
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Content-Length', name);
  createReadStream(join(process.env.FILES, name)).pipe(response);
}).listen(Number(process.env.PORT), process.env.HOST);
