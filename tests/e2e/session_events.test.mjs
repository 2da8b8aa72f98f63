// What is told of a client's Engine.IO session.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { ask, clientsOf, dropAll, next, transportSets } from "./peers.mjs";
import { startServer, within } from "./server.mjs";

describe("events of a session", () => {
  const clients = clientsOf();
  let server, observer;
  before(async () => { server = await startServer("engine", ["--scenario", "sessions"]); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());

  /** The log of a session, once `test` holds for it. */
  async function logOf(id, test) {
    observer = await clients.connect(server);
    return within((async () => {
      for (;;) {
        const [log] = await ask(observer, "log", id);
        if (test(log)) return log;
      }
    })(), "the log has it");
  }

  /** Whether `log` has these entries in this order, others between them. */
  function assertHas(log, entries) {
    let at = 0;
    for (const entry of entries) {
      const found = log.findIndex((line, i) => i >= at &&
        (entry instanceof RegExp ? entry.test(line) : line === entry));
      assert.notEqual(found, -1, `${entry} in ${JSON.stringify(log)} from ${at}`);
      at = found + 1;
    }
  }

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`come in order (${name})`, async () => {
      const socket = await clients.connect(server, "/", { transports });
      const { id } = socket.io.engine;
      socket.emit("message", "a");
      await next(socket, "message-back");
      const log = await logOf(id, (all) => all.includes("heartbeat"));
      assert.equal(log[0], `open ${transports[0]} true`);
      assertHas(log, ["packet message 0", /^create message 0\{"sid":"[\w-]{20}"\}$/, "drain",
        'packet message 2["message","a"]', 'create message 2["message-back","a"]', "drain"]);
      assertHas(log, ["create ping ", "packet pong ", "heartbeat"]);
      assert.equal(log.includes("upgrade websocket"), name === "upgrade");
      assert.deepEqual(await ask(socket, "transport"), [transports.at(-1)]);
      socket.disconnect();
      const ended = await logOf(id, (all) => all.some((line) => line.startsWith("close")));
      assert.equal(ended.at(-1), "close transport close");
    });

    it(`do not keep a session from being closed (${name})`, async () => {
      const socket = await clients.connect(server, "/", { transports });
      const { id } = socket.io.engine;
      socket.emit("message", "last");
      socket.emit("close-conn");
      assert.deepEqual(await next(socket, "message-back"), ["last"]);
      await next(socket, "disconnect");
      const log = await logOf(id, (all) => all.some((line) => line.startsWith("close")));
      assert.equal(log.at(-1), "close forced close");
    });
  }
});
