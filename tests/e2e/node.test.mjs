// troupe-node, the program: its defaults, options, files and its end.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { clientsOf, collect, dropAll, next, nextWhere, request, transportSets } from "./peers.mjs";
import { isReference, run, settles, startServer } from "./server.mjs";

const ours = { skip: isReference && "about troupe-node's own options" };

describe("troupe-node", () => {
  let server;
  before(async () => { server = await startServer("node"); });
  after(() => server.stop());

  for (const [name, transports] of Object.entries(transportSets)) {
    describe(`over ${name}`, () => {
      const clients = clientsOf(undefined, transports);
      afterEach(() => clients.closeAll());

      it("relays chat to all with all its arguments", async () => {
        const all = await Promise.all([...Array(3)].map(() => clients.connect(server)));
        for (const args of [["hello"], [], [{ from: "a", text: "☂" }, 1, null, Buffer.from([0, 255])]]) {
          const heard = all.map((socket) => next(socket, "chat"));
          all[1].emit("chat", ...args);
          for (const one of heard) assert.deepEqual(await one, args);
        }
      });

      it("tells who came and who left, and how many are here", async () => {
        const own = await startServer("node");  // Nobody else comes and leaves there.
        const first = await clients.connect(own);
        const joined = nextWhere(first, "joined", ({ id }) => id !== first.id);
        const left = next(first, "left");
        const second = await clients.connect(own);
        const { id } = second;
        assert.deepEqual(await joined, [{ id, clients: 2 }]);
        second.disconnect();
        assert.deepEqual(await left, [{ id, clients: 1, reason: "client namespace disconnect" }]);
        await clients.closeAll();
        await own.stop();
      });
    });
  }

  it("relays nothing else", async () => {
    const clients = clientsOf();
    const [a, b] = [await clients.connect(server), await clients.connect(server)];
    const heard = [];
    b.onAny((event) => heard.push(event));
    const end = collect(b, "chat", 1);
    for (const event of ["message", "joined", "left", "CHAT", ""]) a.emit(event, "x");
    a.emit("chat", "end");
    await end;
    assert.deepEqual(heard.filter((event) => !["joined", "left"].includes(event)), ["chat"]);
    await clients.closeAll();
  });

  it("serves its page", async () => {
    const { status, headers, body } = await request(server, "/");
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/html; ?charset=utf-8$/i);
    assert.equal(body, readFileSync(new URL("../../node/page/index.html", import.meta.url), "utf8"));
    assert.equal((await request(server, "/nothing-here")).status, 404);
  });

  it("serves the browser client", async () => {
    const { status, headers, body } = await request(server, "/socket.io/socket.io.js");
    assert.equal(status, 200);
    assert.match(headers["content-type"], /javascript/);
    assert.match(body, /Socket\.IO v4\.8\.4/);
    assert.match(body, /factory/);
  });

  it("writes one line on standard output and says its version and options", ours, async () => {
    const version = await run("node", ["--version"]);
    assert.equal(version.code, 0);
    assert.match(version.out, /^(troupe-node )?\d+\.\d+\.\d+\n$/);
    const help = await run("node", ["--help"]);
    assert.equal(help.code, 0);
    for (const option of ["host", "port", "path", "threads", "ping-interval", "ping-timeout",
      "max-payload", "cors-origin", "max-outbox-bytes", "log-level", "version"]) {
      assert.ok(help.out.includes(`--${option}`), option);
    }
  });

  it("says in one line that a port is in use", ours, async () => {
    const { code, out, err } = await run("node", ["--host", "127.0.0.1", "--port", String(server.port)]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /^[^\n]*\b(in use)\b[^\n]*\n$/i);
  });

  it("says in one line that an option is bad", ours, async () => {
    for (const args of [["--nonsense"], ["--port", "x"], ["--port", "65536"], ["--port", "-1"],
      ["--threads", "-1"], ["--log-level", "chatty"], ["--max-payload", "lots"], ["extra"],
      ["--path", "chat"], ["--path", "/"], ["--health-path", "health"], ["--max-clients", "-5"],
      ["--tls-key", "/etc/passwd"], ["--tls-certificate", "/nonexistent"],
      ["--tls-certificate", "/etc/passwd"], ["--unix-path", "/nonexistent/socket"],
      ["--host", "nowhere.invalid"], ["--config", "/nonexistent"]]) {
      const { code, out, err } = await run("node", args);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, /^troupe-node: [^\n\0]+\n$/, args.join(" "));
    }
  });

  it("says which file or address it cannot use", ours, async () => {
    for (const [args, named] of [
      [["--tls-certificate", "/etc/passwd"], "/etc/passwd: "],
      [["--unix-path", "/nonexistent/socket"], "unix:/nonexistent/socket: "],
      [["--host", "nowhere.invalid", "--port", "1"], "http://nowhere.invalid:1: "],
    ]) {
      const { err } = await run("node", args);
      assert.ok(err.includes(named) && !err.includes(".hpp"), err);
    }
  });

  const told = ["--ping-interval", "12345", "--ping-timeout", "6789", "--max-payload", "4321"];
  async function handshakeOf(args, env) {
    const other = await startServer("node", args, env);
    const { body } = await request(other, "/socket.io/?EIO=4&transport=polling");
    await dropAll();
    await other.stop();
    const { sid, ...rest } = JSON.parse(body.slice(1));
    return rest;
  }
  const expected = { upgrades: ["websocket"], pingInterval: 12345, pingTimeout: 6789, maxPayload: 4321 };

  it("takes its options from the command line", ours, async () =>
    assert.deepEqual(await handshakeOf(told), expected));

  it("takes its options from the environment", ours, async () =>
    assert.deepEqual(await handshakeOf([], {
      TROUPE_PING_INTERVAL: "12345", TROUPE_PING_TIMEOUT: "6789", TROUPE_MAX_PAYLOAD: "4321",
    }), expected));

  async function withFile(text, use) {
    const folder = mkdtempSync(join(tmpdir(), "troupe-"));
    try {
      const file = join(folder, "node.toml");
      writeFileSync(file, text);
      await use(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("takes its options from a file", ours, () =>
    withFile("ping-interval = 12345\nping-timeout = 6789\nmax-payload = 4321\n", async (file) => {
      assert.deepEqual(await handshakeOf(["--config", file]), expected);
      assert.deepEqual(await handshakeOf([], { TROUPE_CONFIG: file }), expected);
    }));

  it("goes by the command line before the environment before the file", ours, () =>
    withFile("ping-interval = 1\nping-timeout = 1\nmax-payload = 4321\n", async (file) =>
      assert.deepEqual(await handshakeOf(["--config", file, "--ping-interval=12345"],
        { TROUPE_PING_INTERVAL: "2", TROUPE_PING_TIMEOUT: "6789" }), expected)));

  for (const text of ["bogus = 3\n", "ping_interval = 100\n", "[server]\nport = 0\n",
    "not a file {{{\n", "port = many\n"]) {
    it(`does not start with a file that it does not understand (${text.trim()})`, ours, () =>
      withFile(text, async (file) => {
        const { code, out, err } = await run("node", ["--config", file]);
        assert.deepEqual([code, out], [2, ""]);
        assert.match(err, /^troupe-node: [^\n]+\n$/);
      }));
  }

  it("listens below another path", ours, async () => {
    const other = await startServer("node", ["--path", "/elsewhere"]);
    const client = clientsOf();
    const socket = await client.connect(other, "/", { path: "/elsewhere/" });
    assert.ok(socket.connected);
    assert.equal((await request(other, "/socket.io/?EIO=4&transport=polling")).status, 404);
    await client.closeAll();
    await other.stop();
  });

  it("names the origin that CORS lets in", ours, async () => {
    const other = await startServer("node", ["--cors-origin", "http://chat.example"]);
    const { headers } = await request(other, "/socket.io/?EIO=4&transport=polling",
      { headers: { Origin: "http://chat.example" } });
    assert.equal(headers["access-control-allow-origin"], "http://chat.example");
    await dropAll();
    await other.stop();
  });

  it("logs its start, its drain and its end", ours, async () => {
    const other = await startServer("node");
    await other.stop();
    const lines = () => other.log().trim().split("\n").map((line) => line.replace(/^\S+Z /, ""));
    await settles(() => lines().length, 3, "three lines");
    const [start, ...end] = lines();
    assert.match(start, /^info started: \d+\.\d+\.\d+, http:/);
    assert.ok(start.endsWith(`, ${other.url}/socket.io`), start);
    assert.deepEqual(end,
      ["info SIGTERM: draining, 0 clients in at most 5000 ms", "info stopped"]);
  });

  it("logs nothing below its level", ours, async () => {
    const quiet = await startServer("node", ["--log-level", "warning"]);
    await quiet.stop("SIGINT");
    assert.equal(quiet.log(), "");
  });

  it("logs each limit that refuses, once a second with a count", ours, async () => {
    const other = await startServer("node", ["--max-clients", "1",
      "--max-events-per-second", "0.001", "--max-events-burst", "1"]);
    const clients = clientsOf();
    const socket = await clients.connect(other);
    for (let i = 0; i < 3; ++i) socket.emit("chat", i);
    const lines = (limit) => other.log().split("\n")
      .map((line) => line.split(` warning limit ${limit} reached `)).filter((parts) => parts[1]);
    const told = () => lines("sessions").reduce((sum, [, text]) =>
      sum + Number(/(\d+) times more$/.exec(text)?.[1] ??
        1 + Number(/^by 127\.0\.0\.1:\d+, and (\d+) times before$/.exec(text)?.[1] ?? 0)), 0);
    let refused = 0;
    while (lines("sessions").length < 2 || refused < 5) {
      assert.equal((await request(other, "/socket.io/?EIO=4&transport=polling")).status, 503);
      ++refused;
    }
    await settles(() => lines("event_rate").length, 1, "a line of another limit");
    await clients.closeAll();
    await other.stop();
    await settles(told, refused, "each is told of");
    const seconds = lines("sessions").filter(([, text]) => text.startsWith("by ")).map(([at]) => at);
    assert.equal(new Set(seconds).size, seconds.length);
  });

  for (const threads of ["1", "4"]) {
    it(`relays with ${threads} threads and ends on SIGINT`, ours, async () => {
      const other = await startServer("node", ["--threads", threads]);
      const [p, w] = [clientsOf(undefined, ["polling"]), clientsOf()];
      const all = await Promise.all([...Array(6)].map((_, i) => (i % 2 ? p : w).connect(other)));
      const heard = all.map((socket) => collect(socket, "chat", 60));
      for (let i = 0; i < 60; ++i) all[0].emit("chat", i);
      for (const one of heard) assert.deepEqual((await one).flat(), [...Array(60).keys()]);
      await p.closeAll();  // Between two polls one would be waited for.
      const gone = all.filter((_, i) => i % 2 === 0).map((socket) => next(socket, "disconnect"));
      await other.stop("SIGINT");
      await Promise.all(gone);
    });
  }
});
