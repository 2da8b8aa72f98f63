// How sessions live and end: heartbeats, vanished clients, reconnects, the server's own end.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import {
  ask, clientsOf, collect, cutOff, dropAll, joinPolling, joinWebSocket, next, nextWhere,
  openWebSocket, transportSets,
} from "./peers.mjs";
import { slowness, startServer, within } from "./server.mjs";

describe("a session", () => {
  const watchers = clientsOf();
  let server, watcher;
  before(async () => {
    // As short as a busy machine allows: a client that is slow to answer is no dead one.
    server = await startServer("e2e",
      ["--ping-interval", "300", "--ping-timeout", String(700 * slowness)]);
    watcher = await watchers.connect(server);
  });
  afterEach(dropAll);
  after(async () => {
    await watchers.closeAll();
    await server.stop();
  });

  const leaving = (id) => nextWhere(watcher, "left", (who) => who === id).then(([, why]) => why);

  for (const [name, transports] of Object.entries(transportSets)) {
    describe(`over ${name}`, () => {
      const clients = clientsOf(undefined, transports);
      afterEach(() => clients.closeAll());

      it("outlives many heartbeats", async () => {
        const socket = await clients.connect(server);
        let ended = false;
        socket.on("disconnect", () => { ended = true; });
        await collect(socket.io, "ping", 5);
        assert.deepEqual(await ask(socket, "message-with-ack", "alive"), ["alive"]);
        assert.equal(ended, false);
      });

      it("comes back after it was cut off, as somebody new", async () => {
        const socket = await clients.connect(server, "/", {
          reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50,
        });
        const { id } = socket;
        await ask(socket, "join", "old room");
        const left = leaving(id);
        const [gone, back] = [next(socket, "disconnect"), next(socket, "connect")];
        if (name === "polling") socket.io.engine.transport.onError("cut off");
        else cutOff(socket);
        assert.match((await gone)[0], /^transport (close|error)$/);
        await back;
        assert.notEqual(socket.id, id);
        assert.match(await left, /^(transport (close|error)|ping timeout)$/);
        const heard = [];
        socket.on("room", (n) => heard.push(n));
        watcher.emit("room", "old room", 1);
        await ask(watcher, "message-with-ack");
        assert.deepEqual(await ask(socket, "message-with-ack", "back"), ["back"]);
        assert.deepEqual(heard, []);
      });

      it("that cannot connect yet tries again", async () => {
        const first = await startServer();
        await first.stop();
        const socket = clients.open(first, "/", {
          reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50,
        });
        await next(socket, "connect_error");
        const second = await startServer("e2e", ["--port", String(first.port)]);
        if (!socket.connected) await next(socket, "connect");
        socket.disconnect();
        await second.stop();
      });
    });
  }

  it("of a mute WebSocket client ends by ping timeout", async () => {
    const socket = await joinWebSocket(server);
    const left = leaving(socket.id);
    assert.equal(await socket.receive(), "2");
    await within(socket.closed, "closed");
    assert.equal(await left, "ping timeout");
  });

  it("of a mute polling client ends by ping timeout", async () => {
    const session = await joinPolling(server);
    assert.equal(await leaving(session.id), "ping timeout");
    assert.equal((await session.get()).body, '{"code":1,"message":"Session ID unknown"}');
  });

  it("of a client that resets the connection ends at once", async () => {
    const socket = await joinWebSocket(server);
    const left = leaving(socket.id);
    socket._socket.resetAndDestroy();
    assert.match(await left, /^transport (close|error)$/);
  });

  it("that breaks the protocol ends with the reason", async () => {
    const socket = await joinWebSocket(server);
    const left = leaving(socket.id);
    socket.send("4abc");
    assert.match(await left, /^(forced close|parse error)$/);
  });

  it("that speaks is alive though its pong is late", async () => {
    const socket = await joinWebSocket(server);
    assert.equal(await socket.receive(), "2");
    socket.send("3");
    assert.equal(await socket.receive(), "2");
    socket.send("3");
    socket.send('421["message-with-ack"]');
    await socket.receiveWhere((m) => m === "431[]", "the acknowledgement");
  });

  it("that joins no namespace is closed", async () => {
    const socket = await openWebSocket(server);
    socket.on("message", (text) => String(text) === "2" && socket.send("3"));
    assert.equal(await within(socket.closed, "closed"), 1005);
  });

  it("that disconnected from its only namespace may join again", async () => {
    const socket = await joinWebSocket(server);
    const left = leaving(socket.id);
    socket.send("41");
    assert.equal(await left, "client namespace disconnect");
    socket.send("40");
    const reply = await socket.receiveWhere((m) => m.startsWith("40"), "the CONNECT reply");
    assert.notEqual(JSON.parse(reply.slice(2)).sid, socket.id);
  });

  it("gets what was sent right before its end", async () => {
    const clients = clientsOf();
    const socket = await clients.connect(server);
    const heard = [];
    socket.on("burst", (i) => heard.push(i));
    const gone = next(socket, "disconnect");
    socket.emit("burst", 50);
    socket.emit("bye-close");
    await gone;
    assert.deepEqual(heard, [...Array(50).keys()]);
  });
});

describe("the server's end", () => {
  for (const [name, transports] of Object.entries(transportSets)) {
    it(`is told to clients over ${name}`, async () => {
      const server = await startServer();
      const clients = clientsOf(undefined, transports);
      const all = await Promise.all([...Array(5)].map(() => clients.connect(server)));
      const gone = all.map((socket) => next(socket, "disconnect"));
      await server.stop();
      for (const one of gone) {
        assert.match((await one)[0], /^(transport (close|error)|io server disconnect)$/);
      }
      await clients.closeAll();
    });
  }

  it("waits for a slow reader to get what was emitted before", async () => {
    const server = await startServer();
    const slow = await joinWebSocket(server);
    const clients = clientsOf();
    const sender = await clients.connect(server);
    slow._socket.pause();
    const message = "x".repeat(900_000);  // Several are more than the kernel takes.
    const echoed = collect(sender, "chat", 4);
    for (let i = 0; i < 4; ++i) sender.emit("chat", message);
    await echoed;
    const stopped = server.stop();
    await next(sender, "disconnect");
    slow._socket.resume();
    assert.equal(await within(slow.closed, "closed"), 1005);
    assert.deepEqual(slow.unread().map((text) => text.length), Array(4).fill(message.length + 13));
    await stopped;
    await clients.closeAll();
  });

  it("does not wait for connections that say nothing", async () => {
    const server = await startServer();
    await openWebSocket(server);
    const session = await joinPolling(server);
    await session.hold();
    await server.stop();
    await dropAll();
  });
});
