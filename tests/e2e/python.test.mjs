// Debian's python3-socketio as the client: an implementation that shares nothing with npm's.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { slowness, startServer, within } from "./server.mjs";
import { transportSets } from "./peers.mjs";

const cases = ["connects", "echoes", "acknowledges", "answers", "chats", "uses_namespaces",
  "is_refused", "leaves", "is_sent_away"];

describe("python3-socketio", () => {
  let server;
  const results = new Map();
  let log = "";

  before(async () => {
    // Quick heartbeats: the client's writer may end before it has sent its last packets, and a client
    // that says nothing is seen to have left by its missing pong.
    server = await startServer("e2e",
      ["--ping-interval", "500", "--ping-timeout", String(2000 * slowness)]);
    const script = fileURLToPath(new URL("python_client.py", import.meta.url));
    // Debian's own interpreter: the packages are not in any other.
    const child = spawn("/usr/bin/python3", ["-u", script, server.url, String(5 * slowness)]);
    let out = "";
    child.stdout.on("data", (text) => { out += text; });
    child.stderr.on("data", (text) => { log += text; });
    await within(once(child, "close"), "the Python client ends", 100_000)
      .finally(() => child.kill("SIGKILL"));
    for (const [, bad, name] of out.matchAll(/^(not )?ok (.*)$/gm)) results.set(name, !bad);
  });
  after(() => server.stop());

  for (const transport of Object.keys(transportSets)) {
    for (const name of cases) {
      it(`${name.replaceAll("_", " ")} over ${transport}`, () => {
        assert.ok(results.get(`${transport} ${name}`), log);
      });
    }
  }
});
