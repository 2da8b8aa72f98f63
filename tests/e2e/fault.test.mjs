// The command troupe-fault: simulated runs, and the same scenario on real sockets against our own
// server and Node's.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { isReference } from "./server.mjs";

const program = process.env.TROUPE_FAULT ??
  fileURLToPath(new URL("../../build/release/harness/troupe-fault", import.meta.url));
const ours = { skip: isReference && "about our own programs" };
// TSan could only report what it cannot see of CAF's own scheduler.
const oneThread = { skip: process.env.TROUPE_SANITIZER === "tsan" && "one thread" };

/** Runs troupe-fault: {code, stdout, stderr}. */
const fault = (...args) => new Promise((resolve) => {
  execFile(program, args, { timeout: 120_000, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
    resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
});

/** docs/harness.md, "The standard application". `spoil` may break a stamp. */
function serveStandardApplication(io, spoil = (stamp) => stamp) {
  let sockets = 0;
  for (const name of ["/", "/b"]) {
    const nsp = io.of(name);
    nsp.on("connection", (socket) => {
      const number = ++sockets;
      let emitted = 0, own = 0;
      const stamp = (reaches = true) => spoil([number, ++emitted, reaches ? ++own : 0]);
      const room = (next = 0) => `room ${(emitted + next) % 3}`;
      const kinds = {
        all: () => nsp.emit("all", ...stamp()),
        own: () => socket.emit("own", ...stamp()),
        blob: () => {
          const made = stamp();
          nsp.emit("blob", ...made, Buffer.alloc(made[1] % 300, made[1] % 256));
        },
        large: () => {
          const made = stamp();
          nsp.emit("large", ...made, Buffer.alloc(6000, made[1] % 256));
        },
        ask: () => socket.emit("ask", ...stamp(), () => {}),
        join: () => socket.join(room()),
        leave: () => socket.leave(room()),
        room: () => {
          const to = room();
          nsp.to(to).emit("room", ...stamp(socket.rooms.has(to)));
        },
        rooms: () => {
          const to = [room(), room(1)];
          nsp.to(to).emit("room", ...stamp(to.some((name) => socket.rooms.has(name))));
        },
        burst: () => { for (let i = 0; i < 6; ++i) kinds[i % 2 === 0 ? "own" : "all"](); },
        quit: () => socket.disconnect(),
        close: () => socket.disconnect(true),
      };
      socket.on("act", (kind, reply) => {
        reply?.(kind);
        kinds[kind]();
      });
    });
  }
}

// They share nothing but the folder, and mostly wait for what is scripted.
describe("troupe-fault", { ...ours, concurrency: true }, () => {
  let folder;
  let files = 0;
  before(async () => { folder = await mkdtemp(join(tmpdir(), "troupe-")); });
  after(() => rm(folder, { recursive: true }));

  const scenario = async (members) => {
    const file = join(folder, `scenario-${++files}.json`);
    await writeFile(file, JSON.stringify(members));
    return file;
  };
  const short = {
    clients: 4, duration: 1500, actions_per_second: 10,
    faults: [
      { fault: "slicer", at: 100, for: 400, attributes: { average_size: 3 } },
      { fault: "reset_peer", at: 700, clients: [1, 2], attributes: { after_bytes: 17 } },
      { fault: "latency", at: 800, for: 300, clients: [3], attributes: { latency: 50 } },
    ],
  };

  it("lists every fault", async () => {
    const { code, stdout } = await fault("list");
    assert.equal(code, 0);
    for (const name of ["latency", "reset_peer", "duplicate_poll", "stall", "kill"])
      assert.match(stdout, new RegExp(`^${name} `, "m"));
  });

  it("runs seeds, tells the same trace twice, and draws them", oneThread, async () => {
    const page = join(folder, "timeline.html");
    const runs = await Promise.all([1, 2].map(() =>
      fault("run", "--seeds", "5", "--report", "json", "--timeline", page)));
    for (const { code, stdout } of runs) {
      assert.equal(code, 0, stdout);
      assert.equal(stdout, runs[0].stdout);
    }
    assert.equal(JSON.parse(runs[0].stdout).length, 5);
    assert.match(await readFile(page, "utf8"), /every guarantee held/);
  });

  it("ends one client alone where its actor finds no memory", oneThread, async () => {
    const page = join(folder, "memory.html");
    const { code, stdout } = await fault("run", "--timeline", page, "--scenario", await scenario({
      actions_per_second: 0,
      faults: [{ fault: "failed_allocation", at: 2000, attributes: { turn: 1 } }],
    }));
    assert.equal(code, 0, stdout);
    const ends = (await readFile(page, "utf8")).match(/{[^{}]*"what":"disconnect"[^{}]*}/g)
      .map((event) => JSON.parse(event)).filter(({ at }) => at < 12e6);
    assert.equal(ends.length, 2, "its sockets in both namespaces");
    assert.equal(ends[0].lane, ends[1].lane);
    for (const { text } of ends) assert.match(text, /: forced server close$/);
  });

  it("refuses a scenario that is wrong with 2", async () => {
    for (const [members, text] of [
      [{ colour: "blue" }, /scenario-\d+.json: colour: unknown member\n$/],
      [{ duration: -1 }, /duration: expected a whole number/],
      [{ faults: [{ fault: "latency", attributes: { latncy: 5 } }] }, /attributes.latncy: no attr/],
      [{ faults: [{ fault: "kill", clients: [99] }] }, /faults\[0\].clients: there is no client 99/],
    ]) {
      const wrong = await fault("run", "--scenario", await scenario(members));
      assert.equal(wrong.code, 2);
      assert.match(wrong.stderr, text);
      assert.equal(wrong.stderr.split("\n").length, 2, "one line");
    }
  });

  it("refuses options that say nothing together with 2", async () => {
    for (const options of [
      ["--seed", "0"], ["--seed", "-1"], ["--seeds", "0"], ["--minutes", "-1"],
      ["--minutes", "1", "--seeds", "2"], ["--sockets", "--against", "127.0.0.1:1"],
      ["--every-operation", "--sockets"],
    ])
      assert.equal((await fault("run", ...options)).code, 2, options.join(" "));
  });

  it("tells its revision and the schema of scenarios, which the guide has", async () => {
    const version = await fault("--version");
    assert.match(version.stdout, /^troupe-fault \d+\.\d+\.\d+/);
    const run = await fault("run", "--report", "json");
    assert.equal(`troupe-fault ${JSON.parse(run.stdout)[0].revision}\n`, version.stdout);
    const { code, stdout } = await fault("schema");
    assert.equal(code, 0);
    const kept = new URL("../../docs/scenario.schema.json", import.meta.url);
    assert.equal(stdout, await readFile(kept, "utf8"), "troupe-fault schema > docs/...");
    const schema = JSON.parse(stdout);
    assert.ok(schema.properties.faults.items.properties.fault.enum.includes("reset_peer"));
  });

  it("writes a text report into a file", async () => {
    const file = join(folder, "report.txt");
    const { code, stdout } = await fault("run", "--output", file);
    assert.equal(code, 0);
    assert.equal(stdout, "");
    assert.match(await readFile(file, "utf8"), /^seed 1, trace [0-9a-f]{16}: all held/);
  });

  it("says with 2, soon, that nobody serves the standard application there", async (test) => {
    const page = createServer((request, response) => response.writeHead(404).end());
    const silent = createServer(() => {});
    const http = createServer();
    const other = new Server(http);  // Socket.IO, but another application.
    test.after(() => {
      other.close();
      for (const one of [page, silent, http]) {
        one.closeAllConnections();
        one.close();
      }
    });
    for (const one of [page, silent, http]) {
      one.listen(0, "127.0.0.1");
      await once(one, "listening");
    }
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const gone = closed.address().port;
    await new Promise((resolve) => closed.close(resolve));
    const at = (server) => `127.0.0.1:${server.address().port}`;
    for (const [where, text] of [
      ["127.0.0.1:abc", /expected HOST:PORT/],
      ["https://127.0.0.1:1", /TLS is not offered/],
      [`127.0.0.1:${gone}`, /refused/],
      ["nobody.invalid:3000", /nobody.invalid:3000: /],
      [at(page), /no Engine.IO server answers at \/socket.io\/\n/],
      [`http://${at(http)}/elsewhere`, /no Engine.IO server answers at \/elsewhere\/\n/],
      [at(silent), /no Engine.IO server/],
      [at(http), /refuses namespace \/b: Invalid namespace/],
    ]) {
      const { code, stderr } = await fault("run", "--against", where);
      assert.equal(code, 2, where);
      assert.match(stderr, text);
    }
  });

  it("plays on real sockets against a server of ours", async () => {
    const { code, stdout } = await fault("run", "--sockets", "--scenario", await scenario(short));
    assert.equal(code, 0, stdout);
  });

  it("plays against Node's server by its URL, and sees when it breaks a guarantee", async () => {
    const file = await scenario(short);
    await Promise.all([false, true].map(async (spoils) => {
      const http = createServer();
      const io = new Server(http);
      serveStandardApplication(io, ([number, sequence, own]) =>
        [number, spoils && sequence === 3 ? 2 : sequence, own]);
      http.listen(0, "127.0.0.1");
      await once(http, "listening");
      const page = join(folder, `real-${spoils}.html`);
      const { code, stdout } = await fault("run", "--report", "junit", "--against",
        `http://127.0.0.1:${http.address().port}`, "--scenario", file, "--timeline", page);
      await io.close();
      assert.equal(code, spoils ? 1 : 0, stdout);
      assert.match(await readFile(page, "utf8"), /"simulated":false/);
      if (spoils) assert.match(stdout, /<failure type="exactly once"/);
    }));
  });
});
