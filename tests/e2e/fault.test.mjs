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
      const room = () => `room ${emitted % 3}`;
      const kinds = {
        all: () => nsp.emit("all", ...stamp()),
        own: () => socket.emit("own", ...stamp()),
        blob: () => {
          const made = stamp();
          nsp.emit("blob", ...made, Buffer.alloc(made[1] % 300, made[1] % 256));
        },
        ask: () => socket.emit("ask", ...stamp(), () => {}),
        join: () => socket.join(room()),
        leave: () => socket.leave(room()),
        room: () => {
          const to = room();
          nsp.to(to).emit("room", ...stamp(socket.rooms.has(to)));
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

  it("refuses a scenario that is wrong with 2", async () => {
    const wrong = await fault("run", "--scenario", await scenario({ colour: "blue" }));
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /unknown member colour/);
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
      const { code, stdout } = await fault("run", "--report", "junit", "--against",
        `http://127.0.0.1:${http.address().port}`, "--scenario", file);
      await io.close();
      assert.equal(code, spoils ? 1 : 0, stdout);
      if (spoils) assert.match(stdout, /<failure type="exactly once"/);
    }));
  });
});
