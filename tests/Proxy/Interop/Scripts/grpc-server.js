// A gRPC server by @grpc/grpc-js; messages are bytes as they are. Prints its port.
const grpc = require('@grpc/grpc-js');
const { service } = require('./grpc-service.js');

let cancelled = 0;
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
server.addService(service, {
  echo: (call, answer) => {
    const trailers = new grpc.Metadata();
    trailers.set('x-count', String(call.request.length));
    trailers.set('x-raw-bin', Buffer.from([0, 255, 10]));
    const head = new grpc.Metadata();
    head.set('x-seen', call.metadata.get('x-asked').join() + call.metadata.get('x-asked-bin').map((one) => one.toString('hex')).join());
    call.sendMetadata(head);
    answer(null, call.request, trailers);
  },
  fail: (call, answer) => answer({ code: grpc.status.FAILED_PRECONDITION, details: 'caf\u00e9 & 100%' }),
  wait: (call) => call.on('cancelled', () => { cancelled++; }),
  cancelled: (call, answer) => answer(null, Buffer.from(String(cancelled))),
  deadline: (call, answer) => answer(null, Buffer.from(String(call.getDeadline() - Date.now()))),
  count: (call) => {
    for (let number = 0; number < 1000; number++) {
      call.write(Buffer.alloc(1000, number));
    }
    call.end();
  },
  talk: (call) => {
    call.on('data', (message) => call.write(message));
    call.on('end', () => call.end());
  },
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (problem, port) => {
  if (problem) {
    throw problem;
  }
  server.start();
  console.log(port);
});
