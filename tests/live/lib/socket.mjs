// A small WebSocket client that can do what no polite one does: send broken frames, stop reading.
import net from 'node:net';
import crypto from 'node:crypto';

export class Socket {
  static open(port, path, headers) {
    return new Promise((done, failed) => {
      const socket = new Socket();
      socket.tcp = net.connect(port, '127.0.0.1');
      const key = crypto.randomBytes(16).toString('base64');
      const lines = Object.entries({ Host: `127.0.0.1:${port}`, Upgrade: 'websocket', Connection: 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13', ...headers });
      socket.tcp.on('connect', () => socket.tcp.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`));
      let head = Buffer.alloc(0);
      const onHead = (data) => {
        head = Buffer.concat([head, data]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        const status = Number(head.toString('latin1', 9, 12));
        if (status !== 101) {
          socket.tcp.destroy();
          return failed(Object.assign(new Error(`the socket was refused with ${status}`), { status }));
        }
        socket.tcp.off('data', onHead);
        socket.tcp.on('data', (part) => socket.take(part));
        done(socket);
        if (head.length > end + 4) socket.take(head.subarray(end + 4));
      };
      socket.tcp.on('data', onHead);
      socket.tcp.on('error', (error) => { socket.ended(); failed(error); });
      socket.tcp.on('close', () => socket.ended());
    });
  }

  texts = [];            // messages as received
  closeCode = null;      // of the close frame; 1006: the connection just ended
  onText = null;
  #bytes = [];
  #size = 0;
  #parts = [];
  #wait = new Set();

  take(part) {
    this.#bytes.push(part);
    this.#size += part.length;
    for (let frame = this.#frame(); frame; frame = this.#frame()) {
      if (frame.opcode <= 1) this.#message(frame);
      if (frame.opcode === 8) {
        this.closeCode = frame.payload.length >= 2 ? frame.payload.readUInt16BE(0) : 1005;
        this.raw(8, frame.payload.subarray(0, 2));
        this.tcp.end();
      }
      if (frame.opcode === 9) this.raw(10, frame.payload);
    }
    this.#wake();
  }
  #message({ payload, last }) {  // long ones come in several frames
    this.#parts.push(payload);
    if (!last) return;
    const text = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.onText ? this.onText(text) : this.texts.push(text);
  }
  #frame() {
    if (this.#size < 2) return null;
    if (this.#bytes.length > 1) this.#bytes = [Buffer.concat(this.#bytes)];
    const all = this.#bytes[0];
    let size = all[1] & 127, at = 2;
    if (size === 126) { if (all.length < 4) return null; size = all.readUInt16BE(2); at = 4; }
    else if (size === 127) { if (all.length < 10) return null; size = Number(all.readBigUInt64BE(2)); at = 10; }
    if (all.length < at + size) return null;
    this.#bytes = [all.subarray(at + size)];
    this.#size -= at + size;
    return { opcode: all[0] & 15, last: all[0] >= 128, payload: all.subarray(at, at + size) };
  }
  #wake() { for (const look of this.#wait) look(); }
  ended() { this.closeCode ??= 1006; this.#wake(); }

  send(message) { this.raw(1, Buffer.from(typeof message === 'string' ? message : JSON.stringify(message))); }
  raw(opcode, payload, { masked = true, fin = true } = {}) {
    if (this.tcp.destroyed || this.tcp.writableEnded) return;
    const head = [(fin ? 128 : 0) | opcode];
    const bit = masked ? 128 : 0;
    if (payload.length < 126) head.push(bit | payload.length);
    else if (payload.length < 65_536) head.push(bit | 126, payload.length >> 8, payload.length & 255);
    else { const long = Buffer.alloc(8); long.writeBigUInt64BE(BigInt(payload.length)); head.push(bit | 127, ...long); }
    const mask = masked ? crypto.randomBytes(4) : Buffer.alloc(0);
    const body = masked ? Buffer.from(payload.map((byte, i) => byte ^ mask[i & 3])) : payload;
    this.tcp.write(Buffer.concat([Buffer.from(head), mask, body]));
  }
  bytes(data) { this.tcp.write(data); }
  pause() { this.tcp.pause(); }
  resume() { this.tcp.resume(); }
  close() { this.raw(8, Buffer.from([3, 232])); this.tcp.end(); }

  // The first message that fits, from the beginning; throws after `time`.
  wait(fits, time = 10_000, what = 'message') {
    return this.until(() => { for (const text of this.texts) { const message = JSON.parse(text); if (fits(message)) return message; } }, time, what);
  }
  waitOp(op, time) { return this.wait((message) => message.op === op, time, `«${op}»`); }
  waitClose(time = 10_000) { return this.until(() => this.closeCode ?? undefined, time, 'close'); }
  // What `look` gives, looked at again with each arrival, once it is not undefined.
  until(look, time, what) {
    return new Promise((done, failed) => {
      const check = () => {
        const found = look();
        if (found === undefined) return;
        this.#wait.delete(check);
        clearTimeout(timer);
        done(found);
      };
      const timer = setTimeout(() => { this.#wait.delete(check); failed(new Error(`no ${what} in ${time} ms`)); }, time);
      this.#wait.add(check);
      check();
    });
  }
}
