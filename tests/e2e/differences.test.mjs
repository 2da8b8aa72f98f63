// Ours beside Node's socket.io, in the same tests: the scripts of wire_*.mjs are played to both,
// and where what is seen differs, docs/differences.md has a row with both and the reason. A
// difference without a row fails, and so does a row of what does not differ (any more).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, describe, it } from "node:test";
import { io } from "socket.io-client";
import msgpack from "socket.io-msgpack-parser";
import { clientsOf, dropAll, openWebSocket } from "./peers.mjs";
import { isReference, startServer } from "./server.mjs";
import {
  oldConnects, playFrames, playPackets, playPayloads, playUpgrades, reasons,
} from "./wire_packets.mjs";
import { playCors, playHooks, playRequests } from "./wire_requests.mjs";
import { oldCarriers } from "./wire_carriers.mjs";
import { playOldPayloads, playOldSessions } from "./wire_old.mjs";
import { playPacked } from "./wire_msgpack.mjs";

const page = readFileSync(new URL("../../docs/differences.md", import.meta.url), "utf8");

/** The rows of the tables whose first cell is a scenario in backticks: name to [Node, here]. */
function rowsOf(text) {
  const rows = new Map();
  for (const row of text.split("\n")) {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
    if (!cells[1]?.startsWith("`` ")) continue;
    const [, name, there, here, why] =
      cells.map((cell) => /^`` ?(.*?) ?``$/.exec(cell)?.[1] ?? cell);
    assert.ok(!rows.has(name), `two rows of ${name}`);
    assert.ok(why, `no reason of ${name}`);
    rows.set(name, [there, here]);
  }
  return rows;
}

describe("differences from Node's socket.io", { skip: isReference && "compares both" }, () => {
  const clients = clientsOf();
  const listed = rowsOf(page);
  const played = new Set();
  const started = [];
  const both = async (program, args = []) => {
    const oracle = program === "engine" ? "reference_engine" : "reference";
    const pair = await Promise.all([oracle, program].map((one) => startServer(one, args)));
    started.push(...pair);
    return pair;
  };
  let plain;
  before(async () => { plain = await both("e2e"); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => Promise.all(started.map((server) => server.stop())));

  /** Plays a script to both servers, and holds what differs against the list. */
  async function compare(play, pair = plain) {
    const [there, here] = await Promise.all([0, 1].map((i) => play(pair[i], i)));
    const found = {};
    const expected = {};
    assert.deepEqual(Object.keys(here), Object.keys(there));
    for (const name of Object.keys(there)) {
      assert.ok(!played.has(name), `two scenarios are ${name}`);
      played.add(name);
      if (there[name] !== here[name]) found[name] = [there[name], here[name]];
      if (listed.has(name)) expected[name] = listed.get(name);
    }
    assert.deepEqual(found, expected);
  }
  const watched = (play) => async (server) =>
    play(server, reasons(await clients.connect(server)));

  it("are as listed for packets", () => compare(watched(playPackets)));
  it("are as listed for frames", () => compare(watched(playFrames)));
  it("are as listed for payloads", () => compare(playPayloads));
  it("are as listed for upgrades", () =>
    compare((server) => playUpgrades(server, openWebSocket)));
  it("are as listed for requests", () => compare(playRequests));
  it("are as listed for CORS", async () => {
    const pair = await both("e2e", ["--cors-origin", "http://a.example"]);
    await compare((server) => playCors(server, "CORS"), pair);
    await compare((server) => playCors(server, "no CORS"));
  });
  it("are as listed for hooks", async () => {
    const allow = await both("engine", ["--scenario", "allow"]);
    const middleware = await both("engine", ["--scenario", "middleware"]);
    await compare((server, i) => playHooks(server, middleware[i]), allow);
  });
  it("are as listed for clients of Socket.IO 2", async () => {
    const pair = await both("e2e", ["--allow-eio3"]);
    await compare(watched((server, reasonOf) =>
      playPackets(server, reasonOf, oldCarriers, oldConnects)), pair);
    await compare(playOldPayloads, pair);
    await compare(playOldSessions, pair);
  });
  it("are as listed for msgpack", async () => {
    const pair = await both("e2e", ["--parser", "msgpack"]);
    const packing = clientsOf((url, options) => io(url, { ...options, parser: msgpack }));
    await compare(async (server) =>
      playPacked(server, reasons(await packing.connect(server))), pair);
    await packing.closeAll();
  });
  it("are of scenarios that are played", () => {
    assert.deepEqual([...listed.keys()].filter((name) => !played.has(name)), []);
  });
});
