// A WebSocket server by the package ws. Prints its port.
const { WebSocketServer } = require('ws');

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: true, handleProtocols: (offered) => (offered.has('chat') ? 'chat' : false) });
server.on('connection', (socket) => {
  socket.on('message', (message, binary) => {
    if (!binary && message.toString() === 'close me') {
      socket.close(4001, 'as you wish');
      return;
    }
    socket.send(message, { binary });
  });
  socket.on('close', (code, reason) => console.log(`closed ${code} ${reason}`));
});
server.on('listening', () => console.log(server.address().port));
