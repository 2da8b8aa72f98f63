// Other encodings than JSON: msgpack, as npm's parser has it, and a parser of one's own.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { createRequire } from "node:module";
import { io } from "socket.io-client";
import msgpack from "socket.io-msgpack-parser";
import { describeCore } from "./core.mjs";
import * as lines from "./line_parser.mjs";
import { ask, clientsOf, dropAll, next, openWebSocket, transportSets } from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

// The very version that npm's parser writes with.
const beside = createRequire(createRequire(import.meta.url).resolve("socket.io-msgpack-parser"));
const notepack = beside("notepack.io");

const clientWith = (parser) => (url, options) => io(url, { ...options, parser });

describeCore(clientWith(msgpack), "socket.io-client with msgpack", ["--parser", "msgpack"]);

describe("msgpack on the wire", () => {
  let server;
  before(async () => { server = await startServer("e2e", ["--parser", "msgpack"]); });
  after(() => server.stop());
  afterEach(dropAll);

  async function join(nsp) {
    const socket = await openWebSocket(server);
    await socket.receive("the handshake");
    socket.send(notepack.encode({ type: 0, nsp }));
    const reply = notepack.decode(await socket.receive("the CONNECT reply"));
    assert.equal(reply.type, 0);
    assert.equal(reply.nsp, nsp);
    assert.match(reply.data.sid, /^[\w-]{20}$/);
    return socket;
  }

  it("is byte for byte what npm's parser writes", async () => {
    const socket = await join("/quiet");
    const numbers = [0, -1, 127, 128, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -32,
      -33, -128, -129, -32768, -32769, -(2 ** 31), -(2 ** 31) - 1, 0.5, -1e-7, 1.5e-300];
    const texts = ["", "é☂\u{1f3ad}", "x".repeat(31), "x".repeat(32), "x".repeat(255),
      "x".repeat(256), "x".repeat(70_000), "\u0000\"\\\n"];
    const lists = [[], Array(15).fill(1), Array(16).fill(null), Array(70_000).fill(true)];
    const objects = [{}, { a: { b: [{}] } },
      Object.fromEntries([...Array(20).keys()].map((i) => [`key ${i}`, i]))];
    const binaries = [0, 1, 255, 256, 70_000].map((size) => Buffer.alloc(size, 7));
    for (const data of [numbers, texts, lists, objects, binaries, [false, { in: binaries[1] }]]) {
      const packet = { type: 2, data: ["chat", ...data], nsp: "/quiet" };
      socket.send(notepack.encode(packet));
      const bytes = await socket.receive("the event");
      assert.ok(bytes.equals(notepack.encode(packet)), `${bytes.length} bytes of ${data}`);
    }
  });

  it("acknowledges and refuses as npm's parser writes it", async () => {
    const socket = await join("/custom");
    await socket.receive("auth");
    socket.send(notepack.encode({ type: 2, data: ["message-with-ack", 1], id: 300, nsp: "/custom" }));
    assert.deepEqual(await socket.receive("the ack"),
      notepack.encode({ id: 300, type: 3, data: [1], nsp: "/custom" }));
    socket.send(notepack.encode({ type: 0, nsp: "/nowhere" }));
    assert.deepEqual(notepack.decode(await socket.receive("the refusal")),
      { type: 4, data: { message: "Invalid namespace" }, nsp: "/nowhere" });
  });

  it("carries more binary values than JSON's packets may have", async () => {
    const clients = clientsOf(clientWith(msgpack));
    const socket = await clients.connect(server);
    const many = [...Array(500).keys()].map((i) => Buffer.from([i % 256]));
    assert.deepEqual(await ask(socket, "message-with-ack", many), [many]);
    await clients.closeAll();
  });

  const strict = { skip: isReference && "the reference lets some of it pass" };
  it("closes clients that send anything else", strict, async () => {
    const wrong = [
      '2["chat"]',
      notepack.encode(["type", 2]),
      notepack.encode({ type: 5, data: ["x"], nsp: "/" }),
      notepack.encode({ type: 2, data: ["x"], nsp: 1 }),
      notepack.encode({ type: 2, data: ["connect"], nsp: "/quiet" }),
      notepack.encode({ type: 2, data: { a: 1 }, nsp: "/quiet" }),
      Buffer.concat([notepack.encode({ type: 2, data: ["x"], nsp: "/quiet" }), Buffer.from([0])]),
      Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]),
      Buffer.from([0xc1]),
    ];
    for (const message of wrong) {
      const socket = await join("/quiet");
      socket.send(message instanceof Buffer ? message : `4${message}`);
      await within(socket.closed, "closed");
    }
  });
});

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`a parser of one's own over ${name}`, () => {
    let server;
    before(async () => { server = await startServer("e2e", ["--parser", "lines"]); });
    after(() => server.stop());
    const clients = clientsOf(clientWith(lines), transports);
    afterEach(() => clients.closeAll());

    it("carries events, acks both ways, and broadcasts", async () => {
      const [a, b] = await Promise.all([clients.connect(server), clients.connect(server)]);
      const payload = ["text\nof lines", { n: [1, null] }];
      assert.deepEqual(await ask(a, "message-with-ack", ...payload), payload);
      const heard = [next(a, "chat"), next(b, "chat")];
      a.emit("chat", ...payload);
      for (const one of heard) assert.deepEqual(await one, payload);
      a.on("question", (x, ack) => ack(x, x));
      const answer = next(a, "answer");
      a.emit("ask", 5);
      assert.deepEqual(await answer, [5, 5]);
    });

    it("carries namespaces, auth payloads and refusals", async () => {
      const custom = await clients.connect(server, "/custom", { auth: { token: "ž" } });
      if (!custom.auths.length) await next(custom, "auth");
      assert.deepEqual(custom.auths[0], { token: "ž" });
      const [error] = await next(clients.open(server, "/refused"), "connect_error");
      assert.equal(error.message, "not authorized");
      assert.deepEqual(error.data, { code: 7 });
    });
  });
}

const ours = { skip: isReference && "the reference waits for its connect timeout" };
it("a client that speaks JSON with a server that does not is closed", ours, async () => {
  const server = await startServer("e2e", ["--parser", "lines"]);
  const socket = await openWebSocket(server);
  await socket.receive("the handshake");
  socket.send("40");
  await within(socket.closed, "closed");
  await dropAll();
  await server.stop();
});
