// An application of a user's and its clients (examples/chat_under_test) by the command line of
// troupe-fault: simulated, on real sockets in one process, and against servers elsewhere.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";
import { isReference, startServer } from "./server.mjs";

const examples = process.env.TROUPE_EXAMPLES ??
  fileURLToPath(new URL("../../build/release/examples", import.meta.url));
const ours = { skip: isReference && "about our own programs", concurrency: true };
// TSan could only report what it cannot see of CAF's own scheduler.
const oneThread = { skip: process.env.TROUPE_SANITIZER === "tsan" && "one thread" };

/** Runs the example with the arguments of troupe-fault: {code, stdout, stderr}. */
const chat = (...args) => new Promise((resolve) => {
  execFile(join(examples, "chat_under_test"), args, { timeout: 120_000 }, (error, stdout, stderr) =>
    resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
});

/** Node's server on a free port, with what `serve(io)` sets up: {address, close()}. */
async function startNode(serve) {
  const http = createServer();
  const io = new Server(http);
  serve(io);
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  return { address: `127.0.0.1:${http.address().port}`, close: () => io.close() };
}

describe("an application of one's own by the command line", ours, () => {
  let folder, scenario;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "troupe-"));
    scenario = join(folder, "short.json");
    await writeFile(scenario, JSON.stringify({
      clients: 4, duration: 1500,
      faults: [
        { fault: "slicer", at: 100, for: 400, attributes: { average_size: 3 } },
        { fault: "reset_peer", at: 700, clients: [1, 2], attributes: { after_bytes: 17 } },
      ],
    }));
  });
  after(() => rm(folder, { recursive: true }));

  it("is simulated, and the same seed is the same run", oneThread, async () => {
    const runs = await Promise.all([1, 2].map(() =>
      chat("run", "--seeds", "3", "--report", "json")));
    for (const { code, stdout } of runs) {
      assert.equal(code, 0, stdout);
      assert.equal(stdout, runs[0].stdout);
    }
    const standard = await chat("run", "--report", "junit", "--every-operation", "--scenario",
      scenario);
    assert.equal(standard.code, 0, standard.stdout);
  });

  it("plays on real sockets against its own server", async () => {
    const { code, stdout, stderr } = await chat("run", "--sockets", "--scenario", scenario,
      "--report", "json");
    assert.equal(code, 0, stdout + stderr);
    const [run] = JSON.parse(stdout);
    assert.equal(run.simulated, false);
    const cut = run.faults.find(({ rule }) => rule.fault === "reset_peer");
    assert.ok(cut.fired > 0, "the fault took effect");
  });

  it("plays against servers elsewhere, ours and Node's", async () => {
    const server = await startServer("examples/five_lines");
    let heard = 0;
    const node = await startNode((io) => io.on("connection", (socket) =>
      socket.on("chat", (text) => {
        ++heard;
        io.emit("chat", text);
      })));
    const runs = await Promise.all([`127.0.0.1:${server.port}`, node.address].map((address) =>
      chat("run", "--against", address, "--scenario", scenario)));
    for (const { code, stdout, stderr } of runs) assert.equal(code, 0, stdout + stderr);
    assert.ok(heard > 0, "its clients talk");
    await node.close();
    await server.stop();
  });

  it("says which client has not come back to a server that refuses it", async () => {
    const node = await startNode((io) => io.use((socket, next) => next(new Error("closed"))));
    const hopeless = join(folder, "hopeless.json");
    await writeFile(hopeless, JSON.stringify({ clients: 2, duration: 300, patience: 500 }));
    const { code, stdout } = await chat("run", "--against", node.address, "--scenario", hopeless);
    assert.equal(code, 1);
    assert.match(stdout, /liveness.*client 0 has not come back in 500 ms/);
    await node.close();
  });

  it("has the other commands, and refuses what it does not know with 2", async () => {
    assert.match((await chat("list")).stdout, /^reset_peer /m);
    assert.equal((await chat("juggle")).code, 2);
    assert.equal((await chat("run", "--against", "nowhere")).code, 2);
  });
});
