// A network between clients and a server that can be cut, and go down.

import { EventEmitter, once } from "node:events";
import net from "node:net";
import { within } from "./server.mjs";

const isPoll = (bytes) => /^GET \S+transport=polling\S*&sid=/.test(bytes.toString("latin1", 0, 300));

/** Opens one before `server`; its `url` is what clients are given. */
export async function openNetwork(server) {
  const pairs = new Set();
  const polls = new EventEmitter();
  let isDown = false;
  const listener = net.createServer((near) => {
    near.on("error", () => {});
    if (isDown) return near.destroy();
    const far = net.connect(server.port, "127.0.0.1");
    far.on("error", () => {});
    const pair = { near, far, isPolling: false };
    pairs.add(pair);
    near.on("data", (bytes) => far.write(bytes, () => {
      pair.isPolling = isPoll(bytes);
      if (pair.isPolling) polls.emit("poll");
    }));
    near.on("end", () => far.end());
    far.on("data", () => { pair.isPolling = false; });
    far.pipe(near);
    for (const side of [near, far]) {
      side.on("close", () => {
        if (pair.isSilent) return;
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return {
    url: `http://127.0.0.1:${listener.address().port}`,
    /** Resolves while a poll waits for its answer: a server sees that one cut at once. */
    polled: () => within((async () => {
      while (![...pairs].some((pair) => pair.isPolling)) await once(polls, "poll");
    })(), "a poll"),
    /** Ends all connections; `silently`: the server does not see it. */
    cut({ silently = false } = {}) {
      for (const pair of [...pairs]) {
        pair.isSilent = silently;
        pair.far.unpipe(pair.near);
        pair.near.destroy();
        if (!silently) pair.far.destroy();
      }
    },
    down(how) {
      isDown = true;
      this.cut(how);
    },
    up() { isDown = false; },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy();
        far.destroy();
      }
      listener.close();
      await once(listener, "close");
    },
  };
}
