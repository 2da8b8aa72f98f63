// How a server takes leave: drain, its health, listeners that come and go, sockets of other kinds.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, existsSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import {
  ask, clientsOf, collect, dropAll, next, openPolling, polling, request, transportSets,
} from "./peers.mjs";
import { isReference, run, startServer, within } from "./server.mjs";

const ours = { skip: isReference && "the reference does not drain" };

const refuses = (port) => within(new Promise((resolve) => {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => resolve(true));
  socket.on("connect", () => (socket.destroy(), resolve(false)));
}), "an answer to a connection");

describe("a server that drains", ours, () => {
  const clients = clientsOf();
  let server;
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
    await server?.stop().catch(() => {});
    server = undefined;
  });
  const ended = () => within(server.death.catch((error) => error), "the server ends by itself")
    .finally(() => { server = undefined; });

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`closes its clients one after the other, over ${name}`, async () => {
      server = await startServer("carriers", ["--threads", "2"]);
      const sockets = [];
      for (let i = 0; i < 8; ++i)
        sockets.push(await clients.connect(server, "/", { transports }));
      const gone = sockets.map((socket) => next(socket, "disconnect"));
      sockets[0].emit("drain", 600_000, 6000);
      assert.match((await Promise.race(gone))[0], /^transport (close|error)$/);
      // Others are served still, and need not wait for their turn.
      const here = sockets.filter((socket) => socket.connected);
      await Promise.any(here.map((socket) => ask(socket, "ask", "here")));
      await clients.closeAll();
      assert.match(String(await ended()), /\(0\)/);
    });
  }

  it("writes what was emitted before, answers health with 503, takes no new session", async () => {
    server = await startServer("carriers", ["--health-path", "/healthz"]);
    const healthy = await request(server, "/healthz");
    assert.deepEqual([healthy.status, healthy.body], [200, "ok\n"]);
    const sockets = [await clients.connect(server), await clients.connect(server)];
    const session = await openPolling(server);
    const gone = sockets.map((socket) => next(socket, "disconnect"));
    const heard = sockets.map((socket) => collect(socket, "all", 100));
    for (let n = 0; n < 100; ++n) sockets[0].emit("all", n, "x".repeat(1000));
    sockets[0].emit("drain", 600_000, 300);
    for (const one of heard) assert.equal((await one).at(-1)[0], 99);
    const sick = await request(server, "/healthz");
    assert.deepEqual([sick.status, sick.body], [503, "draining\n"]);
    assert.equal((await request(server, polling())).status, 503);
    await assert.rejects(clients.connect(server));
    await Promise.all(gone);
    // A client between two polls is waited for, and hears of the end.
    assert.match((await session.get()).body, /(^|\x1e)1$/);
    assert.match(String(await ended()), /\(0\)/);
  });

  it("resets who is left at the deadline", async () => {
    server = await startServer("carriers");
    await openPolling(server);  // It does not poll.
    const socket = await clients.connect(server);
    const begin = performance.now();
    socket.emit("drain", 500, 100);
    assert.match(String(await ended()), /\(0\)/);
    assert.ok(performance.now() - begin > 450);
  });

  it("may be closed while it drains", async () => {
    server = await startServer("carriers");
    const sockets = [await clients.connect(server), await clients.connect(server)];
    const gone = sockets.map((socket) => next(socket, "disconnect"));
    sockets[0].emit("drain", 600_000, 600_000);
    await within(server.stop(), "the server ends");
    await Promise.all(gone);
  });
});

describe("a server that closes", ours, () => {
  it("is heard of by a polling client that is between two polls", async () => {
    const server = await startServer("carriers", ["--close-timeout-ms", "600000"]);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const get = async (path) => {
      const [answer] = await within(once(http.get(server.url + path, { agent }), "response"), path);
      return Buffer.concat(await within(answer.toArray(), `the body of ${path}`)).toString();
    };
    const { sid } = JSON.parse((await get(polling())).slice(1));
    const stopped = server.stop();
    await within((async () => { while (!(await refuses(server.port))); })(), "the port is closed");
    assert.equal(await get(polling(`&sid=${sid}`)), "1");
    await stopped;  // Well before the close timeout.
    agent.destroy();
  });
});

describe("start and close", ours, () => {
  it("may be called at the same time", async () => {
    assert.deepEqual(await run("carriers", ["--race", "200"]),
      { code: 0, out: "all ended\n", err: "" });
  });
});

describe("troupe-node, told to end", ours, () => {
  const clients = clientsOf();
  afterEach(() => clients.closeAll());

  it("drains on SIGTERM, and ends at once at a second one", async () => {
    const server = await startServer("node",
      ["--drain-timeout", "600000", "--health-path", "/health"]);
    await clients.connect(server);
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const health = async () => {
      const asked = http.get(`${server.url}/health`, { agent });
      const [answer] = await within(once(asked, "response"), "health");
      answer.resume();
      await within(once(answer, "end"), "the body");
      return answer.statusCode;
    };
    assert.equal(await health(), 200);
    process.kill(server.pid, "SIGTERM");
    await within((async () => { while (await health() !== 503); })(), "it says that it drains");
    agent.destroy();
    await server.stop("SIGTERM");
  });

  it("closes at once without a drain timeout", async () => {
    const server = await startServer("node", ["--drain-timeout", "0"]);
    const socket = await clients.connect(server);
    const gone = next(socket, "disconnect");
    await server.stop();
    await gone;
  });
});

describe("a server's listeners", ours, () => {
  const clients = clientsOf(undefined, ["polling", "websocket"]);
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
  });

  it("close and come back while the clients stay", async () => {
    const server = await startServer("carriers");
    const socket = await clients.connect(server);
    assert.deepEqual(await ask(socket, "start-again"), ["a server is started once"]);
    await ask(socket, "stop-listening");
    assert.ok(await refuses(server.port));
    assert.deepEqual(await ask(socket, "ask", "still here"), ["still here"]);
    assert.deepEqual(await ask(socket, "listen", server.port), [server.port]);
    const other = await clients.connect(server);
    const [third] = await ask(other, "listen", 0);
    assert.notEqual(third, server.port);
    const far = await clients.connect({ ...server, url: `http://127.0.0.1:${third}` });
    const heard = next(socket, "all");
    far.emit("all", "from afar");
    assert.deepEqual(await heard, ["from afar"]);
    assert.match((await ask(socket, "listen", third))[0], /in use/i);
    await server.stop();
    assert.ok(await refuses(third));
  });

  it("share a port with SO_REUSEPORT", async () => {
    const first = await startServer("carriers", ["--reuse-port"]);
    const second = await startServer("carriers", ["--reuse-port", "--port", String(first.port)]);
    assert.equal(second.port, first.port);
    const websocket = { transports: ["websocket"] };
    const socket = await clients.connect(first, "/", websocket);
    // One of the two drains: from now on the other has the port for itself.
    const gone = next(socket, "disconnect");
    socket.emit("drain", 5000, 10);
    await gone;
    await within(Promise.race([first, second].map(({ death }) => death.catch(() => {}))),
      "one of the two ends");
    for (let i = 0; i < 10; ++i) await clients.connect(first, "/", websocket);
    await clients.closeAll();
    await Promise.all([first.stop(), second.stop()]);
  });

  it("may be a Unix domain socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "troupe-"));
    const path = join(folder, "socket");
    try {
      for (const how of ["SIGTERM", "SIGKILL", "SIGTERM"]) {
        const server = await startServer("carriers", ["--unix-path", path]);
        assert.ok(statSync(path).isSocket());
        const agent = new http.Agent({ socketPath: path });
        const sockets = [
          await clients.connect({ url: "http://localhost" }, "/", { agent }),
          await clients.connect({ url: "http://localhost" }, "/", { agent }),
        ];
        const heard = next(sockets[1], "all");
        sockets[0].emit("all", Buffer.from([1, 2]), "x");
        assert.deepEqual(await heard, [Buffer.from([1, 2]), "x"]);
        // Another cannot take it away.
        await assert.rejects(startServer("carriers", ["--unix-path", path]), /in use/i);
        await clients.closeAll();
        agent.destroy();
        if (how === "SIGTERM") {
          await server.stop();
          assert.ok(!existsSync(path));
        } else {  // What it leaves behind does not stop the next.
          process.kill(server.pid, how);
          await server.death.catch(() => {});
          assert.ok(existsSync(path));
        }
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
