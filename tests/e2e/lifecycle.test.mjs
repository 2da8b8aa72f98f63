// How sessions live and end: heartbeats, vanished clients, reconnects, the server's own end.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openNetwork } from "./network.mjs";
import {
  ask, clientsOf, collect, cutOff, dropAll, joinPolling, joinWebSocket, next, nextWhere,
  openWebSocket, request, transportSets, upgraded,
} from "./peers.mjs";
import { isReference, settles, slowness, startServer, within } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const ours = { skip: isReference && "waits for 30 s" };

describe("a session", () => {
  const server = sharedServer(
    ["--ping-interval", "100", "--ping-timeout", String(10_000 * slowness)]);
  const leaving = (id) =>
    nextWhere(server.observer, "left", (who) => who === id).then(([, why]) => why);

  for (const [name, transports] of Object.entries(transportSets)) {
    describe(`over ${name}`, () => {
      const clients = server.clientsOf(undefined, transports);

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
        server.observer.emit("room", "old room", 1);
        await ask(server.observer, "message-with-ack");
        assert.deepEqual(await ask(socket, "message-with-ack", "back"), ["back"]);
        assert.deepEqual(heard, []);
      });

      it("that cannot connect yet tries again", async () => {
        const network = await openNetwork(server);
        network.down();
        const socket = clients.open(network, "/", {
          reconnection: true, reconnectionDelay: 10, reconnectionDelayMax: 50,
        });
        await next(socket, "connect_error");
        const connected = next(socket, "connect");
        network.up();
        await connected;
        if (name === "upgrade") await upgraded(socket);
        await clients.closeAll();
        await network.close();
      });
    });
  }

  it("of a mute client ends by ping timeout, over either transport", async () => {
    // As short as a busy machine allows: a client that is slow to answer is no dead one.
    const strict = await startServer("e2e",
      ["--ping-interval", "300", "--ping-timeout", String(1000 * slowness)]);
    const watchers = clientsOf();
    const watcher = await watchers.connect(strict);
    const reasons = new Map();
    const bothLeft = nextWhere(watcher, "left", (id, why) => reasons.set(id, why).size === 2);
    const [socket, session] = await Promise.all([joinWebSocket(strict), joinPolling(strict)]);
    assert.equal(await socket.receive(), "2");
    await within(socket.closed, "closed");
    await bothLeft;
    assert.deepEqual(reasons,
      new Map([socket, session].map(({ id }) => [id, "ping timeout"])), "in any order");
    assert.equal((await session.get()).body, '{"code":1,"message":"Session ID unknown"}');
    await watchers.closeAll();
    await strict.stop();
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
    const impatient = await startServer("e2e", ["--connect-timeout", "500"]);
    const socket = await openWebSocket(impatient);
    assert.equal(await within(socket.closed, "closed"), 1005);
    await impatient.stop();
  });

  it("that is closed between two polls hears of it, if it polls in time", ours, async () => {
    for (const [timeout, isHeard] of [["60000", true], ["200", false]]) {
      const other = await startServer("e2e", ["--polling-close-timeout", timeout]);
      const watchers = clientsOf();
      const watcher = await watchers.connect(other);
      const count = async () => (await ask(watcher, "stats"))[0].clients;
      const session = await joinPolling(other);
      const left = nextWhere(watcher, "left", (who) => who === session.id);
      await session.post('42["bye-close"]');
      await left;
      const heard = [];
      if (isHeard) {
        assert.equal(await count(), 2);
        while (heard.at(-1) !== "1") heard.push(...(await session.get()).body.split("\x1e"));
        assert.deepEqual(heard, ["41", "1"]);
      }
      await settles(count, 1, "the session is over");
      const { status, body } = await request(other, session.path);
      assert.deepEqual([status, JSON.parse(body).code], [400, 1]);
      await watchers.closeAll();
      await other.stop();
    }
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
    const socket = await server.clientsOf().connect(server);
    const heard = [];
    socket.on("burst", (i) => heard.push(i));
    const gone = next(socket, "disconnect");
    socket.emit("burst", 50);
    socket.emit("bye-close");
    await gone;
    assert.deepEqual(heard, [...Array(50).keys()]);
  });
});

const patient = ["--close-timeout", "600000"];  // Past every deadline of the tests'.

describe("the server's end", () => {
  for (const [name, transports] of Object.entries(transportSets)) {
    it(`is told to clients over ${name}`, async () => {
      // A polling client that is just between two polls is not told, but waited for.
      const server = await startServer("e2e", ["--close-timeout", "1000"]);
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
    const server = await startServer("e2e", patient);
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
    const server = await startServer("e2e", patient);
    await openWebSocket(server);
    const session = await joinPolling(server);
    await session.hold();
    await server.stop();
    await dropAll();
  });
});
