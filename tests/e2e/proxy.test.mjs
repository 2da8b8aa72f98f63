// The fault proxy between real peers that know nothing of it: the official client, Node's own
// server, our server. Toxiproxy's API changes its faults while it runs.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { after, afterEach, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { leave } from "./peers.mjs";
import { isReference, slowness, startServer, within } from "./server.mjs";

const program = process.env.TROUPE_FAULT ??
  fileURLToPath(new URL("../../build/release/harness/troupe-fault", import.meta.url));
const ours = { skip: isReference && "about our own programs" };

/** Starts troupe-fault proxy before a server on `port`: {url, api, stop()}. */
async function startProxy(port) {
  const child = spawn(program,
    ["proxy", "--listen", "0", "--upstream", `${port}`, "--api", "0", "--seed", "1"],
    { stdio: ["ignore", "pipe", "inherit"] });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const urls = [];
  await within((async () => {
    for await (const line of createInterface(child.stdout)) {
      urls.push(/http:\/\/\S+/.exec(line)[0]);
      if (urls.length === 2) break;
    }
  })(), "the proxy listens", 20_000);
  const [url, base] = urls;
  const ended = once(child, "exit");
  const api = async (method, path, body) => {
    const response = await fetch(base + path, { method, body: body && JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    const text = await response.text();
    return text && JSON.parse(text);
  };
  return {
    url,
    base,
    toxic: (type, attributes = {}, stream = "downstream") =>
      api("POST", "/proxies/troupe/toxics", { type, stream, attributes }),
    heal: () => api("POST", "/reset"),
    api,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await within(ended, "the proxy ends", 20_000)
        .finally(() => process.removeListener("exit", killed));
      assert.equal(code, 0);
    },
  };
}

/** A client through the proxy, joined. */
async function connect(proxy, options = {}) {
  const socket = io(proxy.url, {
    reconnectionDelay: 20, reconnectionDelayMax: 50, forceNew: true, ...options,
  });
  await within(new Promise((resolve) => socket.once("connect", resolve)), "the client joins");
  return socket;
}

const heard = (socket, event) =>
  within(new Promise((resolve) => socket.once(event, (...args) => resolve(args))), event);

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

  it("resets inside a frame, and both sides see the connection recovered", async () => {
    const joined = heard(server, "connection");
    client = await connect(proxy, { transports: ["websocket"] });
    const [socket] = await joined;
    const id = client.id;
    const first = heard(client, "told");
    socket.emit("told", 0);  // Gives the client the offset that it will come back with.
    await first;

    const gone = heard(client, "disconnect"), left = heard(socket, "disconnect");
    const back = heard(server, "connection"), again = heard(client, "connect");
    const missed = heard(client, "told");
    await proxy.toxic("reset_peer", { after_bytes: 17 });
    socket.emit("told", "more than seventeen bytes of an event that is cut in two");
    await Promise.all([gone, left]);
    await proxy.heal();
    const [recovered] = await back;
    await again;
    assert.equal(recovered.recovered, true);
    assert.equal(client.recovered, true);
    assert.equal(client.id, id);
    assert.match((await missed)[0], /cut in two/);
  });

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
