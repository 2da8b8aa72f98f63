// Clients of Socket.IO 2 (Engine.IO 3), which a server serves only if it is told to.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { io as currentClient } from "socket.io-client";
import oldClient from "socket.io-client-2";
import { ask, clientsOf, collect, next, nextWhere, request, transportSets } from "./peers.mjs";
import { isReference, slowness, startServer } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const bytes = (...values) => Buffer.from(values);
const payloads = [
  ["hello"],
  ["naïve ☂ 漢字 \u{1f3ad} \u0000\u001e\u2028 \"quotes\" \\ / </script>"],
  [1, -0.5, 1e21, true, null, [], {}, { "": { é: [1] } }],
  ["x".repeat(70_000)],
  [bytes(1, 2, 3)],
  [bytes()],
  ["☂", Buffer.alloc(70_000, 0xa5), bytes(0, 4, 255), { a: [bytes(1), { b: bytes(2) }] }],
];

const server = sharedServer(["--allow-eio3"]);

const ways = {
  ...Object.fromEntries(Object.entries(transportSets).map(([name, set]) => [name, [set, {}]])),
  "polling in base64": [["polling"], { forceBase64: true }],
  "upgrade in base64": [["polling", "websocket"], { forceBase64: true }],
};

for (const [name, [transports, extra]] of Object.entries(ways)) {
  describe(`socket.io-client 2.5 over ${name}`, () => {
    const old = server.clientsOf(
      (url, options) => oldClient(url, { ...extra, ...options }), transports);
    const current = server.clientsOf(currentClient, transports);

    it("joins / without asking, under the session's id", async () => {
      const socket = await old.connect(server);
      assert.match(socket.id, /^[\w-]{20}$/);
      assert.equal(socket.id, socket.io.engine.id);
      assert.equal(socket.io.engine.transport.name, transports.at(-1));
      if (!socket.auths.length) await next(socket, "auth");
      assert.deepEqual(socket.auths[0], {});
    });

    it("echoes text and binary, by event and by acknowledgement", async () => {
      const socket = await old.connect(server);
      for (const payload of payloads) {
        const reply = next(socket, "message-back");
        socket.emit("message", ...payload);
        assert.deepEqual(await reply, payload);
        assert.deepEqual(await ask(socket, "message-with-ack", ...payload), payload);
      }
    });

    it("keeps the order of text and binary events mixed", async () => {
      const socket = await old.connect(server);
      const sent = [...Array(60).keys()].map((i) => (i % 3 ? [i] : [i, bytes(i), { b: bytes(i) }]));
      const replies = collect(socket, "message-back", sent.length);
      for (const args of sent) socket.emit("message", ...args);
      assert.deepEqual(await replies, sent);
    });

    it("is asked by the server and answers", async () => {
      const socket = await old.connect(server);
      socket.on("question", (x, ack) => ack(x, "and", x));
      for (const x of ["why", { b: bytes(9, 8) }]) {
        const answer = next(socket, "answer");
        socket.emit("ask", x);
        assert.deepEqual(await answer, [x, "and", x]);
      }
    });

    it("chats with clients of Socket.IO 4", async () => {
      const all = await Promise.all(
        [old.connect(server), old.connect(server), current.connect(server)]);
      for (const [index, message] of [["hi", { n: "☂" }], ["bin", bytes(4, 1, 2)]].entries()) {
        const heard = all.map((socket) => next(socket, "chat"));
        all[index * 2].emit("chat", ...message);
        for (const one of heard) assert.deepEqual(await one, message);
      }
    });

    it("joins rooms by name and is one by its id", async () => {
      const [a, b] = await Promise.all([old.connect(server), current.connect(server)]);
      await ask(a, "join", "old");
      for (const room of ["old", a.id]) {
        const heard = next(a, "room");
        b.emit("room", room, 1, bytes(2));
        assert.deepEqual(await heard, [1, bytes(2)]);
      }
    });

    it("joins a namespace, whose query is its payload", async () => {
      const custom = await old.connect(server, "/custom", { query: { token: "a b&ž" } });
      if (!custom.auths.length) await next(custom, "auth");
      assert.equal(custom.auths[0].token, "a b&ž");
      assert.equal(custom.id, `/custom#${custom.io.engine.id}`);
      assert.deepEqual(await ask(custom, "message-with-ack", bytes(1), "x"), [bytes(1), "x"]);
    });

    it("is told why a namespace refuses it", async () => {
      const refused = old.open(server, "/refused");
      assert.deepEqual(await next(refused, "error"), [{ code: 7 }]);
      const unknown = old.open(server, "/nowhere");
      assert.deepEqual(await next(unknown, "error"), [{ message: "Invalid namespace" }]);
      const admitted = await old.connect(server, "/refused", { query: { token: "secret" } });
      assert.ok(admitted.connected);
    });

    it("leaves, and the server knows", async () => {
      const [a, b, watcher] = await Promise.all(
        [old.connect(server), old.connect(server), current.connect(server)]);
      for (const [socket, leave, reason] of [
        [a, () => a.disconnect(), "client namespace disconnect"],
        [b, () => b.io.engine.close(), "transport close"],
      ]) {
        const { id } = socket;
        const left = nextWhere(watcher, "left", (who) => who === id);
        leave();
        assert.deepEqual(await left, [id, reason]);
      }
    });

    it("is sent away by the server", async () => {
      for (const event of ["bye", "bye-close"]) {
        const socket = await old.connect(server);
        const gone = next(socket, "disconnect");
        socket.emit(event);
        assert.deepEqual(await gone, ["io server disconnect"]);
      }
    });
  });
}

describe("heartbeat of clients of Socket.IO 2", () => {
  let quick;
  before(async () => {
    quick = await startServer("e2e",
      ["--allow-eio3", "--ping-interval", "100", "--ping-timeout", String(10_000 * slowness)]);
  });
  after(() => quick.stop());

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`holds over ${name}`, async () => {
      const old = clientsOf(oldClient, transports);
      const socket = await old.connect(quick);
      await collect(socket, "pong", 5);
      assert.deepEqual(await ask(socket, "message-with-ack", 1), [1]);
      assert.ok(socket.connected);
      await old.closeAll();
    });
  }

  it("that does not come ends the session, of an upgraded one too", async () => {
    const strict = await startServer("e2e",
      ["--allow-eio3", "--ping-interval", "100", "--ping-timeout", String(1000 * slowness)]);
    const old = clientsOf(oldClient, ["polling", "websocket"]);
    const socket = await old.connect(strict);
    const gone = next(socket, "disconnect");
    clearTimeout(socket.io.engine.pingIntervalTimer);
    socket.io.engine.ping = () => {};
    // Node's server forgets the timeout of such a session when it upgrades.
    if (!isReference) await gone;
    await old.closeAll();
    await strict.stop();
  });
});

it("a server that is not told to refuses them", async () => {
  const strict = await startServer();
  for (const version of ["&EIO=3", "", "&EIO=abc"]) {
    const { status, body } = await request(strict, `/socket.io/?transport=polling${version}`);
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(body), { code: 5, message: "Unsupported protocol version" });
  }
  const old = clientsOf(oldClient, ["polling"]);
  await next(old.open(strict), "connect_error");
  await old.closeAll();
  await strict.stop();
});

it("a session's requests keep to its revision", async () => {
  const { body } = await request(server, "/socket.io/?EIO=3&transport=polling&b64=1");
  const { sid } = JSON.parse(body.slice(body.indexOf("{"), body.indexOf("}") + 1));
  const { status, body: error } = await request(server,
    `/socket.io/?EIO=4&transport=polling&sid=${sid}`);
  assert.equal(status, 400);
  assert.deepEqual(JSON.parse(error), { code: 3, message: "Bad request" });
});
