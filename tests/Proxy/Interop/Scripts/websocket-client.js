// A WebSocket client by the package ws, which asks the server behind the address in its first argument.
const assert = require('node:assert');
const crypto = require('node:crypto');
const { once } = require('node:events');
const { WebSocket } = require('ws');

const connect = async (options) => {
  const socket = new WebSocket(process.argv[2], ['soap', 'chat'], options);
  await once(socket, 'open');
  return socket;
};
const echo = async (socket, message) => {
  socket.send(message);
  const [answer, binary] = await once(socket, 'message');
  assert.strictEqual(binary, Buffer.isBuffer(message));
  assert.ok(Buffer.from(message).equals(answer));
};

(async () => {
  for (const perMessageDeflate of [false, true]) {
    const socket = await connect({ perMessageDeflate });
    assert.strictEqual(socket.protocol, 'chat');
    assert.strictEqual(socket.extensions.includes('permessage-deflate'), perMessageDeflate);
    await echo(socket, 'caf\u00e9 \u{1F680}');
    await echo(socket, '');
    for (const size of [125, 126, 65535, 65536, 5000000]) {
      await echo(socket, crypto.randomBytes(size));
    }

    // In fragments, with a ping between them.
    socket.send('one ', { fin: false });
    socket.ping('between');
    socket.send('two', { fin: true });
    const [[pong], [whole]] = await Promise.all([once(socket, 'pong'), once(socket, 'message')]);
    assert.strictEqual(pong.toString(), 'between');
    assert.strictEqual(whole.toString(), 'one two');

    socket.send('close me');
    const [code, reason] = await once(socket, 'close');
    assert.deepStrictEqual([code, reason.toString()], [4001, 'as you wish']);
  }

  const other = await connect({});
  other.close(4002, 'enough');
  const [code] = await once(other, 'close');
  assert.strictEqual(code, 4002);
  console.log('ok');
})();
