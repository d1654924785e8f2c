// A gRPC client by @grpc/grpc-js, which asks the server behind the address in its first argument.
const assert = require('node:assert');
const { once } = require('node:events');
const { setTimeout: pause } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const { service } = require('./grpc-service.js');

const Client = grpc.makeGenericClientConstructor(service, 'Peer');
const client = new Client(process.argv[2], grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
const call = (name, message, metadata = new grpc.Metadata(), options = {}) => new Promise((resolve, reject) => {
  const seen = {};
  const running = client[name](message, metadata, options, (problem, answer) => {
    // The status, with its trailers, comes after the answer.
    setImmediate(() => (problem ? reject(problem) : resolve({ answer, ...seen })));
  });
  running.on('metadata', (head) => { seen.head = head; });
  running.on('status', (status) => { seen.status = status; });
});

const tests = {
  async unary() {
    const asked = new grpc.Metadata();
    asked.set('x-asked', 'a');
    asked.set('x-asked-bin', Buffer.from([1, 0, 254]));
    for (const size of [0, 1, 16384, 3000000]) {
      const { answer, head, status } = await call('echo', Buffer.alloc(size, 7), asked);
      assert.strictEqual(answer.length, size);
      assert.ok(answer.every((one) => one === 7));
      assert.deepStrictEqual(head.get('x-seen'), ['a0100fe']);
      assert.deepStrictEqual(status.metadata.get('x-count'), [String(size)]);
      assert.deepStrictEqual(status.metadata.get('x-raw-bin'), [Buffer.from([0, 255, 10])]);
    }
  },
  async errors() {
    await assert.rejects(call('fail', Buffer.from('x')), { code: grpc.status.FAILED_PRECONDITION, details: 'caf\u00e9 & 100%' });
    const Unknown = grpc.makeGenericClientConstructor({ none: { ...service.echo, path: '/portolan.Peer/None' } }, 'Peer');
    await assert.rejects(
      new Promise((resolve, reject) => new Unknown(process.argv[2], grpc.credentials.createInsecure()).none(Buffer.alloc(0), (problem) => (problem ? reject(problem) : resolve()))),
      { code: grpc.status.UNIMPLEMENTED });
  },
  async deadlines() {
    const { answer } = await call('deadline', Buffer.alloc(0), undefined, { deadline: Date.now() + 20000 });
    assert.ok(Number(answer) > 1000 && Number(answer) <= 20000, `the server has ${answer} ms`);
    const began = Date.now();
    await assert.rejects(call('wait', Buffer.alloc(0), undefined, { deadline: Date.now() + 300 }), { code: grpc.status.DEADLINE_EXCEEDED });
    assert.ok(Date.now() - began < 10000);
    await until(1);
  },
  async cancellation() {
    const running = client.wait(Buffer.alloc(0), () => {});
    await pause(200);
    running.cancel();
    await until(2);
  },
  async streams() {
    let count = 0;
    const counting = client.count(Buffer.alloc(0));
    counting.on('data', (message) => { count += message.length === 1000 && message[0] === (count & 255) ? 1 : 0; });
    const [status] = await once(counting, 'status');
    assert.deepStrictEqual([count, status.code], [1000, grpc.status.OK]);

    // Each is answered before the next is sent.
    const talk = client.talk();
    for (let number = 0; number < 50; number++) {
      talk.write(Buffer.from(`message ${number}`));
      const [answer] = await once(talk, 'data');
      assert.strictEqual(answer.toString(), `message ${number}`);
    }
    talk.end();
    const [end] = await once(talk, 'status');
    assert.strictEqual(end.code, grpc.status.OK);
  },
};

// The server hears of it a little later.
const until = async (wanted) => {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { answer } = await call('cancelled', Buffer.alloc(0));
    if (Number(answer) >= wanted) {
      return;
    }
    await pause(50);
  }
  assert.fail('the server was not told that nobody waits');
};

(async () => {
  for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`${name} ok`);
  }
  client.close();
  process.exit(0);
})().catch((problem) => {
  console.error(problem);
  process.exit(1);
});
