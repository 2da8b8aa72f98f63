// The server's limits: who comes over one is refused, and hears of it; the others do not notice.

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import {
  ask, clientsOf, collect, dropAll, next, openTcp, openWebSocket, polling, request, transportSets,
} from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

const ours = { skip: isReference && "the reference has no such limits" };

describe("the server's limits", ours, () => {
  const clients = clientsOf();
  let server;
  const start = async (...args) => { server = await startServer("carriers", args); };
  const comesBack = (options) => within((async () => {
    while (!(await clients.connect(server, "/", options).catch(() => null)));
  })(), "a place");
  const stats = async (socket) => (await ask(socket, "stats"))[0];
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
    await server?.stop();
    server = undefined;
  });

  it("refuse connections over the total, unread, and take others when some have gone", async () => {
    await start("--connections-max", "3");
    const first = await clients.connect(server);
    const [one, two] = [await openTcp(server), await openTcp(server)];
    await one.until(() => true);
    const refused = next(first, "limit");
    const three = await openTcp(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert.equal(await three.text(), "");
    const [which, address] = await refused;
    assert.equal(which, "connections");
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    assert.equal((await stats(first)).connections_refused, 1);
    two.destroy();
    one.destroy();
    await comesBack();  // Their ends are noticed in turn.
    assert.deepEqual(await ask(first, "ask", 7), [7]);
  });

  it("count connections by address", async () => {
    await start("--connections-per-address-max", "2", "--host", "::");
    const at = (host) => ({ ...server, url: `http://${host}:${server.port}` });
    const here = await clients.connect(at("127.0.0.1"));
    await clients.connect(at("127.0.0.1"));
    const refused = next(here, "limit");
    await assert.rejects(clients.connect(at("127.0.0.1")));
    assert.equal((await refused)[0], "connections_per_address");
    const other = await clients.connect(at("[::1]"));
    assert.deepEqual(await ask(other, "ask", "another"), ["another"]);
  });

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`refuse sessions over the total, over ${name}`, async () => {
      await start("--sessions-max", "2");
      const sockets = [
        await clients.connect(server, "/", { transports }),
        await clients.connect(server, "/", { transports }),
      ];
      const refused = next(sockets[0], "limit");
      await assert.rejects(clients.connect(server, "/", { transports }));
      assert.equal((await refused)[0], "sessions");
      assert.equal((await request(server, polling())).status, 503);
      const left = next(sockets[0], "left");
      sockets[1].disconnect();
      await left;
      await comesBack({ transports });
      assert.ok((await stats(sockets[0])).sessions_refused >= 2);
    });
  }

  it("refuse sessions of one address", async () => {
    await start("--sessions-per-address-max", "1");
    const first = await clients.connect(server);
    const refused = next(first, "limit");
    assert.equal((await request(server, polling())).status, 503);
    await assert.rejects(openWebSocket(server), /503/);
    assert.equal((await refused)[0], "sessions_per_address");
  });

  it("drop events that come too fast, answer those that ask, and tell once", async () => {
    await start("--events-per-second", "0.01", "--events-burst", "5");
    const watcher = await clients.connect(server);
    const fast = await clients.connect(server);
    const told = [];
    watcher.on("limit", (which) => told.push(which));
    const heard = [];
    fast.on("echo", (n) => heard.push(n));
    for (let n = 0; n < 20; ++n) fast.emit("echo", n);
    const first = next(watcher, "limit");
    assert.deepEqual(await ask(fast, "ask", 1), [{ error: "too many events" }]);
    assert.deepEqual(heard, [0, 1, 2, 3, 4]);
    await first;
    assert.equal((await stats(watcher)).events_refused, 16);
    assert.deepEqual(told, ["event_rate"]);
    assert.ok(fast.connected);
  });

  it("let events through at the rate", async () => {
    await start("--events-per-second", "20", "--events-burst", "1");
    const socket = await clients.connect(server);
    const begin = performance.now();
    for (let passed = 0; passed < 6;) {  // More at a time than tokens come back meanwhile.
      const answers = await Promise.all([...Array(20)].map(() => ask(socket, "ask", "in?")));
      passed += answers.filter(([answer]) => answer === "in?").length;
    }
    assert.ok(performance.now() - begin > 240, "five tokens come back in 250 ms");
    assert.ok((await stats(await clients.connect(server))).events_refused > 0);
  });

  it("end a socket that sends too fast, if told so", async () => {
    await start("--events-per-second", "1", "--events-burst", "3", "--events-disconnect");
    const socket = await clients.connect(server);
    const gone = next(socket, "disconnect");
    for (let n = 0; n < 10; ++n) socket.emit("echo", n);
    assert.deepEqual((await gone)[0], "io server disconnect");
  });

  it("bound the names and the number of rooms", async () => {
    await start("--room-name-bytes-max", "8", "--rooms-per-shard-max", "2", "--threads", "1");
    const socket = await clients.connect(server);
    const told = collect(socket, "limit", 2);
    assert.deepEqual(await ask(socket, "join", "12345678"), ["joined"]);
    assert.deepEqual(await ask(socket, "join", "123456789"), ["the room's name is too long"]);
    assert.deepEqual(await ask(socket, "join", "two"), ["joined"]);
    await ask(socket, "ask");
    assert.deepEqual(await ask(socket, "join", "three"), ["the server has too many rooms"]);
    assert.deepEqual((await told).map(([which]) => which), ["room_name_bytes", "rooms_per_shard"]);
    assert.equal((await stats(socket)).rooms_refused, 2);
  });

  it("bound the fields of a header and the fragments of a message", async () => {
    await start("--http-fields-max", "12", "--websocket-fragments-max", "2");
    const fields = Object.fromEntries([...Array(20)].map((_, i) => [`x-${i}`, "y"]));
    assert.equal((await request(server, polling(), { headers: fields })).status, 431);
    const socket = await openWebSocket(server);
    for (let i = 0; i < 3; ++i) socket.send("4", { fin: i === 2 });
    assert.equal(await within(socket.closed, "closed"), 1008);
  });
});
