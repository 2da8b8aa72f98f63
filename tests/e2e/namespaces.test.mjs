// Namespaces that are made when a client wants them.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, clientsOf, firstOf, next, transportSets } from "./peers.mjs";
import { isReference, settles, startServer } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`dynamic namespaces over ${name}`, () => {
    const server = sharedServer();
    const clients = server.clientsOf(undefined, transports);
    const open = (...args) => clients.open(server, ...args);
    /** Joins `namespace`; gives the socket and what "hello" said. */
    async function join(namespace, options) {
      const socket = open(namespace, options);
      const hello = next(socket, "hello");
      await next(socket, "connect");
      return [socket, ...await hello];
    }
    const refusal = async (...args) => (await next(open(...args), "connect_error"))[0].message;

    it("makes those that a pattern matches, with its listeners", async () => {
      for (const n of [1, 22, 1]) {
        const [socket, said] = await join(`/dynamic-${n}`);
        assert.equal(said, `/dynamic-${n}`);
        assert.equal(socket.connected, true);
      }
      assert.equal(await refusal("/dynamic-x"), "Invalid namespace");
      assert.equal(await refusal("/dynamic-1x"), "Invalid namespace");
    });

    it("runs the pattern's middlewares", async () => {
      assert.equal(await refusal("/dynamic-3", { auth: { refused: true } }), "not here");
      const [socket] = await join("/dynamic-3");
      const room = next(socket, "room");
      socket.emit("to-room", "early");
      assert.deepEqual(await room, ["early"]);
    });

    it("keeps children apart, and reaches all from the parent", async () => {
      const [[a], [b], [c]] = await Promise.all(
        ["/dynamic-4", "/dynamic-5", "/dynamic-5"].map((namespace) => join(namespace)));
      const heard = [];
      [a, b, c].forEach((socket, i) => socket.onAny((event) => heard.push(`${i} ${event}`)));
      const ends = [a, b, c].map((socket) => next(socket, "parent"));
      b.emit("to-child", 1);
      b.emit("to-parent", 2, Buffer.from([3]));
      for (const end of ends) assert.deepEqual(await end, [2, Buffer.from([3])]);
      assert.deepEqual(heard.filter((one) => one.endsWith("child")).sort(), ["1 child", "2 child"]);
      const rooms = [a, b, c].map((socket) => next(socket, "room"));
      a.emit("to-room", "early");
      for (const room of rooms) assert.deepEqual(await room, ["early"]);
    });

    it("asks the clients of all children for acks", async () => {
      const names = ["/dynamic-6", "/dynamic-7"];
      const [[a], [b]] = await Promise.all(names.map((namespace) => join(namespace)));
      for (const socket of [a, b]) socket.on("question", (n, ack) => ack(n));
      assert.deepEqual(await ask(a, "ask-parent"), [true, 2]);
    });

    it("asks functions in turn", async () => {
      assert.equal((await join("/first"))[1], "first");
      assert.equal(await refusal("/third"), "Invalid namespace");
      assert.equal(await refusal("/later", { auth: { token: "wrong" } }), "Invalid namespace");
    });

    it("waits for a function that answers later", async () => {
      const [names] = [open("/names")];
      await next(names, "connect");
      const later = open("/later", { auth: { token: "secret" } });
      later.emit("early", 7);
      await settles(() => ask(names, "asked"), [1], "the function is asked");
      assert.equal(later.connected, false);
      const [hello, early] = [next(later, "hello"), next(later, "was-early")];
      names.emit("answer");
      assert.deepEqual(await hello, ["later"]);
      assert.deepEqual(await early, [7]);
      const gone = open("/later-on", { auth: { token: "secret" } });
      assert.equal((await next(gone, "connect_error"))[0].message, "Invalid namespace");
    });

    it("tells of new namespaces, made by clients or by of()", async () => {
      const names = open("/names");
      await next(names, "connect");
      await join("/dynamic-100");
      await join("/dynamic-100");
      assert.deepEqual(await ask(names, "of", "/dynamic-101"), ["/dynamic-101"]);
      assert.deepEqual(await ask(names, "of", "plain"), ["/plain"]);
      const [made] = await ask(names, "made");
      for (const one of ["/dynamic-100", "/dynamic-101", "/plain"]) {
        assert.equal(made.filter((listed) => listed === one).length, 1, one);
      }
      // Made by of(), it is the pattern's child all the same.
      assert.equal((await join("/dynamic-101"))[1], "/dynamic-101");
    });

    it("keeps children when they are empty", async () => {
      const names = open("/names");
      await next(names, "connect");
      const [socket] = await join("/dynamic-200");
      socket.disconnect();
      await join("/dynamic-200");
      const [made] = await ask(names, "made");
      assert.equal(made.filter((listed) => listed === "/dynamic-200").length, 1);
    });
  });
}

describe("rooms", () => {
  const server = sharedServer();
  const clients = server.clientsOf();

  it("are told of as they come and go, and their members", async () => {
    const [a, b] = [await clients.connect(server, "/room-news"),
      await clients.connect(server, "/room-news")];
    const [{ id: first }, { id: second }] = [a, b];
    const news = async (socket, of) =>
      (await ask(socket, "news"))[0].filter((line) => line.split(" ")[1] === of);
    const expected = ["create tea", `join tea ${first}`, `join tea ${second}`];
    a.emit("join", "tea");
    await settles(() => news(a, "tea"), expected.slice(0, 2), "the room is made");
    b.emit("join", "tea");
    await settles(() => news(a, "tea"), expected, "another has joined");
    b.emit("leave", "tea");
    expected.push(`leave tea ${second}`);
    await settles(() => news(a, "tea"), expected, "it has left");
    a.disconnect();
    expected.push(`leave tea ${first}`, "delete tea");
    await settles(() => news(b, "tea"), expected, "the last has gone");
    await settles(() => news(b, first),
      [`create ${first}`, `join ${first} ${first}`, `leave ${first} ${first}`, `delete ${first}`],
      "so has its own room");
  });
});

describe("empty namespaces", () => {
  const server = sharedServer(["--cleanup-namespaces"]);
  const clients = server.clientsOf();

  it("go, and are made anew", async () => {
    const names = await clients.connect(server, "/names");
    const count = async (name) =>
      (await ask(names, "made"))[0].filter((listed) => listed === name).length;
    for (let i = 1; i <= 20; ++i) {
      const [a, b] = await Promise.all(
        [1, 2].map(() => clients.connect(server, "/dynamic-1")));
      assert.equal(await count("/dynamic-1"), i);
      const heard = next(b, "child");
      a.emit("to-child", 1);
      await heard;
      a.disconnect();
      b.disconnect();
      await settles(() => ask(names, "gone", "/dynamic-1"), [true], "it is empty");
      // Another comes meanwhile, on another connection.
      const other = clients.open(server, `/dynamic-${i + 10}`);
      assert.deepEqual(await next(other, "hello"), [`/dynamic-${i + 10}`]);
      if (i % 2) other.disconnect();
    }
    names.emit("emit-to", "/names", "still-here");
    await next(names, "still-here");
  });
});

describe("too many namespaces", { skip: isReference && "Node has no such bound" }, () => {
  it("are refused", async () => {
    const server = await startServer("e2e", ["--namespaces-max", "20"]);
    const clients = clientsOf();
    try {
      const results = [];
      for (let i = 0; i < 20; ++i) {
        const socket = clients.open(server, `/dynamic-${i}`);
        const [event, error] = await firstOf(socket, ["connect", "connect_error"]);
        results.push(error?.message ?? event);
      }
      assert.equal(results[0], "connect");
      assert.equal(results.at(-1), "too many namespaces");
      const again = clients.open(server, "/dynamic-0");
      await next(again, "connect");
    } finally {
      await clients.closeAll();
      await server.stop();
    }
  });
});
