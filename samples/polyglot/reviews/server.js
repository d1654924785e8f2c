'use strict';

// Reviews of products. It knows two things of the system: the port to listen on, and where it calls other services by name.
const http = require('node:http');

const outbound = process.env.PORTOLAN_OUTBOUND ?? 'http://127.0.0.1:15001';
const reviews = new Map();

// Passed on, so that the whole user action can be found under one id and one trace.
const passedOn = ['traceparent', 'x-correlation-id', 'x-request-timeout', 'x-canary', 'x-feature-flags'];

async function productName(id, incoming) {
  const headers = Object.fromEntries(passedOn.filter((name) => incoming[name]).map((name) => [name, incoming[name]]));
  const answer = await fetch(`${outbound}/catalog/api/products/${encodeURIComponent(id)}`, { headers });
  if (answer.status === 404) {
    return null;
  }

  if (!answer.ok) {
    throw new Error(`catalog answers ${answer.status}`);
  }

  return (await answer.json()).name;
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }

  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function add(request) {
  let review;
  try {
    review = await readJson(request);
  } catch {
    return [400, { title: 'Malformed request', detail: 'Send JSON.' }];
  }

  const { productId, stars, text } = review ?? {};
  if (typeof productId !== 'string' || !Number.isInteger(stars) || stars < 1 || stars > 5) {
    return [400, { title: 'Validation failed', detail: 'Send a productId, 1 to 5 stars and a text.' }];
  }

  const product = await productName(productId, request.headers);
  if (product === null) {
    return [404, { title: 'Not found', detail: `The catalog has no product ${productId}.` }];
  }

  const added = { productId, product, stars, text: String(text ?? '') };
  reviews.set(productId, [...(reviews.get(productId) ?? []), added]);
  return [201, added];
}

async function answer(request) {
  const path = new URL(request.url, 'http://reviews').pathname;
  if (path === '/well') {
    return [200, { well: true }];
  }

  if (request.method === 'POST' && path === '/api/reviews') {
    return add(request);
  }

  const one = /^\/api\/reviews\/([^/]+)$/.exec(path);
  return request.method === 'GET' && one
    ? [200, reviews.get(decodeURIComponent(one[1])) ?? []]
    : [404, { title: 'Not found', detail: 'There is nothing at this address.' }];
}

const server = http.createServer(async (request, response) => {
  let status, body;
  try {
    [status, body] = await answer(request);
  } catch (error) {
    console.error(error.message);
    [status, body] = [502, { title: 'Bad gateway', detail: 'The catalog cannot be asked.' }];
  }

  response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(body));
});

server.listen(Number(process.env.PORT ?? 5000), '127.0.0.1', () => console.log(`reviews listens on ${server.address().port} as process ${process.pid}`));

// The sidecar has taken it out of the registry before it says so.
process.on('SIGTERM', () => server.close(() => process.exit(0)));
