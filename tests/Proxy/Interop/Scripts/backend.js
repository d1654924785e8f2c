// Node's own HTTP server as a service. Prints its port.
const http = require('node:http');
const crypto = require('node:crypto');

const answers = {
  '/echo': (request, response) => {
    const headers = { 'content-type': request.headers['content-type'] ?? 'application/octet-stream', 'x-framing': request.headers['transfer-encoding'] ?? request.headers['content-length'] ?? 'none' };
    if (request.headers['content-length']) {
      headers['content-length'] = request.headers['content-length'];
    }
    response.writeHead(200, headers);
    request.pipe(response);
  },
  '/digest': (request, response) => {
    const hash = crypto.createHash('sha256');
    request.on('data', (piece) => hash.update(piece)).on('end', () => response.end(hash.digest('hex')));
  },
  '/trailers': (request, response) => {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('one ');
    response.write('two');
    response.addTrailers({ 'x-sum': '42' });
    response.end();
  },
  '/hints': (request, response) => {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' });
    response.writeProcessing();
    response.end('after hints');
  },
  '/nothing': (request, response) => response.writeHead(204).end(),
  '/events': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    request.on('close', () => { closed = true; });
    response.write('data: first\n\n');
    setTimeout(() => response.write('data: second\n\n'), 100);
  },
  '/closed': (request, response) => response.end(String(closed)),
  '/early': (request, response) => response.writeHead(413, { connection: 'close' }).end('too much'),
  '/broken': (request, response) => {
    response.writeHead(200, { 'content-length': 10 });
    response.write('half', () => request.socket.destroy());
  },
};

let closed = false;
const server = http.createServer((request, response) => (answers[request.url.split('?')[0]] ?? ((_, other) => other.writeHead(404).end()))(request, response));
server.on('checkContinue', (request, response) => {
  response.writeContinue();
  server.emit('request', request, response);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
