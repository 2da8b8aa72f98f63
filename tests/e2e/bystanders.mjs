// A server with two bystanders, who chat while a test does what it likes: they must neither miss
// nor reorder anything, and behind each test the server must have nothing left over.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach } from "node:test";
import { ask, clientsOf, dropAll, nextWhere } from "./peers.mjs";
import { isReference, settles, slowness, startServer } from "./server.mjs";

export const strict = { skip: isReference && "the reference is lenient or unbounded here" };

/** Starts it for a suite; what it gives is filled in before the suite's tests run. */
export function bystanders() {
  const own = clientsOf();
  const heard = [];
  const suite = { clients: clientsOf() };
  let atFirst, n;
  const stats = async () => (await ask(suite.speaker, "stats"))[0];

  before(async () => {
    suite.server = await startServer("e2e", ["--attachments-timeout", String(500 * slowness)]);
    [suite.speaker, suite.listener] =
      await Promise.all([own.connect(suite.server), own.connect(suite.server)]);
    suite.listener.on("chat", (word, i) => word === "bystander" && heard.push(i));
    atFirst = await stats();
  });
  beforeEach(() => { heard.length = 0; n = 0; });
  afterEach(async () => {
    await Promise.all([suite.clients.closeAll(), dropAll()]);
    await suite.chat(20);
    assert.deepEqual(heard, [...Array(n).keys()]);
    await settles(stats, atFirst, "nothing is left over");
  });
  after(async () => {
    await own.closeAll();
    await suite.server.stop();
  });

  /** They exchange so many messages. */
  suite.chat = async (count) => {
    const last = n + count - 1;
    const done = nextWhere(suite.listener, "chat", (word, i) => word === "bystander" && i === last);
    while (n <= last) suite.speaker.emit("chat", "bystander", n++);
    await Promise.race([done, suite.server.death]);
  };

  /** What the server's memory has grown by since; measured where it says anything. */
  suite.memory = () => {
    const resident = () => Number(
      /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${suite.server.pid}/status`, "utf8"))[1]) / 1024;
    const begin = resident();
    const isMeasured = slowness === 1 && !isReference;
    return { hasGrownBelow: (mib) => !isMeasured || resident() - begin < mib };
  };
  return suite;
}
