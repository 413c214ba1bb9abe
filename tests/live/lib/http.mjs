// Clients of the API: a browser (cookie and CSRF token), an API client (bearer token), a stranger, or raw bytes.
import http from 'node:http';
import net from 'node:net';
import assert from 'node:assert/strict';
import { Socket } from './socket.mjs';

export class Caller {
  constructor(port, headers) {
    this.port = port;
    this.headers = headers;
    this.csrf = null;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  }
  close() { this.agent.destroy(); }

  // body: an object is sent as JSON, a string or Buffer as it is. Gives {status, headers, text, body}.
  send(method, path, body, more = {}) {
    const bytes = body === undefined ? undefined : Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body);
    const headers = { ...this.headers, ...(bytes === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(bytes) }) };
    if (this.csrf && method !== 'GET') headers['X-CSRF-Token'] = this.csrf;
    for (const [name, value] of Object.entries(more)) value === null ? delete headers[name] : (headers[name] = value);
    return new Promise((done, failed) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path, headers, agent: this.agent }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', failed);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString('utf8');
          let json = null;
          try { json = JSON.parse(text); } catch { /* not JSON */ }
          done({ status: response.statusCode, headers: response.headers, text, body: json });
        });
      });
      request.on('error', failed);
      request.setTimeout(30_000, () => request.destroy(new Error(`no answer in 30 s: ${method} ${path.slice(0, 80)}`)));
      request.end(bytes);
    });
  }
  get(path, more) { return this.send('GET', path, undefined, more); }
  post(path, body, more) { return this.send('POST', path, body, more); }
  put(path, body, more) { return this.send('PUT', path, body, more); }
  // As above, but anything other than `status` fails the test.
  async must(status, method, path, body) {
    const reply = await this.send(method, path, body);
    assert.equal(reply.status, status, `${method} ${path}: ${reply.text.slice(0, 300)}`);
    return reply.body;
  }

  async signIn(username, password) {
    const reply = await this.post('/api/v1/session', { username, password });
    assert.equal(reply.status, 200, `sign-in of ${username}: ${reply.text}`);
    this.headers = { ...this.headers, Cookie: reply.headers['set-cookie'][0].split(';')[0] };
    this.csrf = reply.body.csrf;
    return reply;
  }
  socket(path = '/api/v1/ws', more = {}) { return Socket.open(this.port, path, { ...this.headers, ...more }); }
}

// Sends bytes as they are and reads until the server closes or `wait` is over.
export function raw(port, bytes, wait = 3_000) {
  return new Promise((done) => {
    const parts = [];
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes));
    const end = () => { socket.destroy(); done(Buffer.concat(parts).toString('latin1')); };
    const timer = setTimeout(end, wait);
    socket.on('data', (part) => parts.push(part));
    socket.on('error', () => {});
    socket.on('close', () => { clearTimeout(timer); end(); });
  });
}

// All events of a conversation, read back page by page.
export async function events(api, id) {
  const all = [];
  for (;;) {
    const page = await api.must(200, 'GET', `/api/v1/conversations/${encodeURIComponent(id)}/events?limit=1000&after=${all.at(-1)?.seq ?? 0}`);
    all.push(...page.items);
    if (page.items.length < 1000) return all;
  }
}

// Runs `work` over all items, `lanes` at a time.
export async function each(items, lanes, work) {
  let next = 0;
  await Promise.all(Array.from({ length: lanes }, async () => {
    while (next < items.length) { const index = next++; await work(items[index], index); }
  }));
}
