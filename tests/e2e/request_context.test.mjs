// What middlewares of the engine and allow_request find out about a request, at the sockets of the
// session that it opens.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import {
  ask, clientsOf, dropAll, firstOf, next, openTcp, polling, request, transportSets,
} from "./peers.mjs";
import { isReference, startServer } from "./server.mjs";

describe("what hooks find out about a request", () => {
  const clients = clientsOf();
  let server;
  before(async () => { server = await startServer("engine", ["--scenario", "context"]); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());
  const connect = (who, options) =>
    clients.connect(server, "/", { query: who ? { who } : {}, ...options });

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`reaches the sockets (${name})`, async () => {
      for (const [who, seen] of [
        ["ann", `ann: ${transports[0]}, marked, admitted`],
        ["later", `later: ${transports[0]}, marked, admitted`],
        ["kept", `kept: ${transports[0]}, marked`], ["", "nobody"],
      ]) {
        const socket = await connect(who, { transports });
        if (name === "upgrade") assert.equal(socket.io.engine.transport.name, "websocket");
        assert.deepEqual(await ask(socket, "who"), [seen]);
        assert.deepEqual(await ask(socket, "who-conn"), [seen]);
      }
    });
  }

  it("is of one client", async () => {
    const names = ["a", "b", "", "c"];
    const all = await Promise.all(names.map((who) => connect(who)));
    const seen = await Promise.all(all.map((socket) => ask(socket, "who")));
    assert.deepEqual(seen.flat(),
      names.map((who) => (who ? `${who}: websocket, marked, admitted` : "nobody")));
  });

  it("is of one request of a connection", async () => {
    const tcp = await openTcp(server,
      `GET ${polling("&who=ann")} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await tcp.until((text) => text.includes('"sid"'));
    tcp.write(`GET ${polling()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const [, first, sid] = (await tcp.text()).match(/"sid":"([^"]+)"[^]*"sid":"([^"]+)"/);
    const post = (body, to = sid) =>
      request(server, polling(`&sid=${to}`), { method: "POST", body });
    await post("40");
    await post('420["who"]');
    let text = "";
    while (!text.includes("430")) text += (await request(server, polling(`&sid=${sid}`))).body;
    assert.match(text, /430\["nobody"\]/);
    for (const one of [first, sid]) await post("1", one);
  });

  it("decides who joins a namespace", async () => {
    const ann = await clients.connect(server, "/members", { query: { who: "ann" } });
    assert.deepEqual(await ask(ann, "who"), ["ann: websocket, marked, admitted"]);
    const stranger = clients.open(server, "/members");
    const [error] = await next(stranger, "connect_error");
    assert.equal(error.message, "members only");
  });

  it("decides who is let in", async () => {
    const banned = clients.open(server, "/", { query: { who: "banned" } });
    assert.equal((await firstOf(banned, ["connect", "connect_error"]))[0], "connect_error");
  });

  it("is in the picture that is fetched", { skip: isReference && "has no request" }, async () => {
    const [ann] = [await connect("ann"), await connect("")];
    const [all] = await ask(ann, "who-all");
    assert.deepEqual(all.sort(), ["ann: websocket, marked, admitted", "nobody"]);
  });
});
