// The reference: Node's own HTTP server with a small JSON answer.
import { createServer } from 'node:http';

createServer((_request, response) => {
  const body = JSON.stringify({ status: 'healthy', timestamp: new Date().toISOString() });
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}).listen(Number(process.env.PORT), process.env.HOST);
