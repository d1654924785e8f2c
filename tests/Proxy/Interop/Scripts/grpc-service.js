// The service that grpc-server.js has and grpc-client.js asks.
const asIs = { requestSerialize: (one) => one, requestDeserialize: (one) => one, responseSerialize: (one) => one, responseDeserialize: (one) => one };
const method = (name, requestStream = false, responseStream = false) => ({ path: `/portolan.Peer/${name}`, requestStream, responseStream, ...asIs });

exports.service = {
  echo: method('Echo'),
  fail: method('Fail'),
  wait: method('Wait'),
  cancelled: method('Cancelled'),
  deadline: method('Deadline'),
  count: method('Count', false, true),
  talk: method('Talk', true, true),
};
