// The line between one person's browser and the server. The browser's own offline switch stops new requests but leaves open
// sockets alone; a real cable does not, so the line can be cut as well.
import { once } from "node:events";
import { connect, createServer } from "node:net";

export class Line {
  static async to(url) {
    const line = new Line(Number(new URL(url).port));
    line.server = createServer((near) => line.#join(near)).listen(0, "127.0.0.1");
    await once(line.server, "listening");
    line.url = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }

  constructor(port) {
    this.port = port;
    this.whole = true;
    this.ends = new Set();
  }

  #join(near) {
    if (!this.whole) return near.destroy();
    const far = connect(this.port, "127.0.0.1");
    for (const [end, other] of [
      [near, far],
      [far, near],
    ]) {
      this.ends.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        this.ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }

  /** What is on its way is lost, and nobody says goodbye. */
  cut() {
    this.whole = false;
    for (const end of this.ends) end.destroy();
  }

  mend() {
    this.whole = true;
  }

  close() {
    this.cut();
    this.server.close();
  }
}
