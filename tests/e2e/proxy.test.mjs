// The fault proxy between real peers that know nothing of it: the official client, Node's own
// server, our server. Toxiproxy's API changes its faults while it runs.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import { Server } from "socket.io";
import { connect, heard, startProxy } from "./fault_proxy.mjs";
import { leave } from "./peers.mjs";
import { isReference, slowness, startServer } from "./server.mjs";

const ours = { skip: isReference && "about our own programs" };

describe("the fault proxy before Node's socket.io", ours, () => {
  let http, server, proxy, client;
  before(async () => {
    http = createServer();
    server = new Server(http, { connectionStateRecovery: {} });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    proxy = await startProxy(http.address().port);
  });
  afterEach(async () => {
    client?.close();
    await proxy.heal();
  });
  after(async () => {
    await proxy.stop();
    await server.close();
  });

  it("passes everything while there is no fault", async () => {
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      const joined = heard(server, "connection");
      client = await connect(proxy, { transports });
      const [socket] = await joined;
      socket.on("echo", (value, reply) => reply(value));
      const blob = Buffer.alloc(100_000, 7);
      assert.deepEqual(await client.timeout(10_000 * slowness).emitWithAck("echo", blob), blob);
      client.close();
    }
  });

  // Either way the server hears of it and keeps the session; what it emits then is there again.
  for (const stream of ["downstream", "upstream"]) {
    it(`resets inside a frame ${stream}, and both sides see the connection recovered`, async () => {
      const joined = heard(server, "connection");
      client = await connect(proxy, { transports: ["websocket"] });
      const [socket] = await joined;
      const { id } = client;
      const first = heard(client, "told");
      socket.emit("told", 0);  // Gives the client the offset that it will come back with.
      await first;

      const gone = heard(client, "disconnect"), left = heard(socket, "disconnect");
      const back = heard(server, "connection"), again = heard(client, "connect");
      const missed = heard(client, "told");
      await proxy.toxic("reset_peer", { after_bytes: 17 }, stream);
      const text = "more than seventeen bytes of an event that is cut in two";
      if (stream === "downstream") socket.emit("told", text);
      else client.emit("lost", text);
      await Promise.all([gone, left]);
      if (stream === "upstream") server.to(id).emit("told", text);
      await proxy.heal();
      const [recovered] = await back;
      await again;
      assert.equal(recovered.recovered, true);
      assert.equal(recovered.id, id);
      assert.equal(client.recovered, true);
      assert.equal(client.id, id);
      assert.equal((await missed)[0], text);
    });
  }

  it("delays, cuts into bytes, and limits what passes", async () => {
    const joined = heard(server, "connection");
    client = await connect(proxy, { transports: ["websocket"] });
    const [socket] = await joined;
    socket.on("echo", (value, reply) => reply(value));
    await proxy.toxic("latency", { latency: 300 });
    await proxy.toxic("slicer", { average_size: 1 }, "upstream");
    const begun = performance.now();
    const text = "x".repeat(200);
    assert.equal(await client.timeout(10_000 * slowness).emitWithAck("echo", text), text);
    assert.ok(performance.now() - begun >= 290, "the answer was late");
    await proxy.heal();
    const gone = heard(client, "disconnect");
    await proxy.toxic("limit_data", { bytes: 50 });
    socket.emit("much", "x".repeat(1000));
    await gone;
  });

  it("aborts polls and sends a wrong sid: the client comes back each time", async () => {
    for (const type of ["aborted_poll", "wrong_sid", "duplicate_poll"]) {
      client = await connect(proxy, { transports: ["polling"] });
      const gone = heard(client, "disconnect");
      await proxy.toxic(type, {}, "upstream");
      for (const socket of await server.fetchSockets()) socket.emit("poke");
      await gone;
      const back = heard(client, "connect");
      await proxy.heal();
      await back;
      client.close();
    }
  });

  it("serves its API to programs, not to web pages", async () => {
    const { base } = proxy;
    const browsers = [
      { "user-agent": "Mozilla/5.0 (X11; Linux x86_64)" }, { origin: "http://evil.example" },
    ];
    for (const headers of browsers) {
      const response = await fetch(`${base}/proxies`, {
        method: "POST", headers,
        body: JSON.stringify({ name: "open", listen: "127.0.0.1:0", upstream: "127.0.0.1:9" }),
      });
      assert.equal(response.status, 403);
    }
    assert.deepEqual(Object.keys(await proxy.api("GET", "/proxies")), ["troupe"]);
  });

  it("is down and up again", async () => {
    client = await connect(proxy);
    const gone = heard(client, "disconnect"), refused = heard(client.io, "reconnect_error");
    await proxy.api("POST", "/proxies/troupe", { enabled: false });
    await Promise.all([gone, refused]);
    const back = heard(client, "connect");
    await proxy.api("POST", "/proxies/troupe", { enabled: true });
    await back;
  });
});

describe("the fault proxy before our server", ours, () => {
  it("loses a probe: the client stays on polling and is served", async () => {
    const server = await startServer("examples/five_lines");
    const proxy = await startProxy(server.port);
    await proxy.toxic("lost_probe", {}, "upstream");
    const client = await connect(proxy);
    const echo = heard(client, "chat");
    client.emit("chat", "still here");
    assert.deepEqual(await echo, ["still here"]);
    assert.equal(client.io.engine.transport.name, "polling");
    await leave(client);
    await proxy.stop();
    await server.stop();
  });
});
