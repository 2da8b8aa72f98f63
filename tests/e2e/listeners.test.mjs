// Listeners of a socket, middlewares on events and on the way in, and every way to end.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import {
  ask, clientsOf, dropAll, next, nextWhere, openPolling, openWebSocket, transportSets,
} from "./peers.mjs";
import { startServer, within } from "./server.mjs";

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`listeners over ${name}`, () => {
    let server;
    before(async () => { server = await startServer(); });
    after(() => server.stop());
    const clients = clientsOf(undefined, transports);
    afterEach(() => clients.closeAll());
    const connect = (...args) => clients.connect(server, ...args);
    const notes = async (socket) => (await ask(socket, "notes"))[0];

    it("calls a listener once, and what is removed no more", async () => {
      const socket = await connect("/listeners");
      for (const event of ["once", "once", "chain"]) socket.emit(event);
      assert.deepEqual(await notes(socket), ["once", "chain 1", "chain 2"]);
      for (const event of ["chain", "gone"]) socket.emit(event);
      socket.emit("off", "gone");
      socket.emit("gone");
      assert.deepEqual(await notes(socket), ["chain 2", "chain 3", "gone"]);
    });

    it("tells catch-all listeners of every event first", async () => {
      const socket = await connect("/listeners");
      const noted = async (...sent) => {
        socket.emit(...sent);
        return (await notes(socket)).filter((note) => !note.includes("notes"));
      };
      await noted("listen-any");
      assert.deepEqual(await noted("gone", 1, 2), ["any 0 gone 2", "any 1 gone", "gone"]);
      assert.deepEqual(await noted("nobody"), ["any 0 nobody 0", "any 1 nobody"]);
      assert.deepEqual(await noted("off-any"), ["any 0 off-any 0", "any 1 off-any"]);
      assert.deepEqual(await noted("gone"), ["gone"]);
    });

    it("tells catch-all listeners of what goes out, also by broadcasts", async () => {
      const [socket, other] = [await connect("/listeners"), await connect("/listeners")];
      const heard = [next(socket, "told"), next(other, "told")];
      socket.emit("listen-outgoing");
      socket.emit("tell-me");
      assert.deepEqual(await heard[0], [1, 2]);
      assert.deepEqual(await notes(socket), ["out 0 told", "out 1 told 2"]);
      const broadcast = next(socket, "told");
      other.emit("tell-all");
      await Promise.all([broadcast, heard[1]]);
      assert.deepEqual(await notes(socket), ["out 0 told", "out 1 told 1"]);
      assert.deepEqual(await notes(other), []);
      // Its own broadcasts to others are not sent to it.
      const others = next(other, "told");
      socket.emit("tell-others");
      await others;
      const again = next(socket, "told");
      socket.emit("off-outgoing");
      socket.emit("tell-me");
      await again;
      assert.deepEqual(await notes(socket), []);
    });

    it("sends messages", async () => {
      const [socket, other] = [await connect("/listeners"), await connect("/listeners")];
      const direct = next(socket, "message");
      socket.emit("send", 1, "two", Buffer.from([3]));
      assert.deepEqual(await direct, [1, "two", Buffer.from([3])]);
      const all = next(other, "message");
      socket.emit("send-all", "x");
      assert.deepEqual(await all, ["x"]);
    });

    it("refuses reserved event names", async () => {
      const socket = await connect("/listeners");
      const names = ["connect", "connect_error", "disconnect", "disconnecting", "newListener",
        "removeListener"];
      for (const name of names) assert.deepEqual(await ask(socket, "reserved", name), [true], name);
      assert.deepEqual(await ask(socket, "reserved", "message"), [false]);
    });

    it("runs middlewares for each event, and drops what they refuse", async () => {
      const socket = await connect("/middlewares");
      socket.emit("now", 1);
      assert.deepEqual(await notes(socket), ["use 1 now", "use 2 now", "handler now 1"]);
      socket.emit("blocked", 2);
      assert.deepEqual(await notes(socket), ['error not allowed {"a":1}']);
      socket.emit("now", 3);
      assert.deepEqual(await notes(socket), ["use 1 now", "use 2 now", "handler now 3"]);
    });

    it("lets a middleware answer later, while other events pass", async () => {
      const socket = await connect("/middlewares");
      socket.emit("later", 1);
      socket.emit("now", 2);
      assert.deepEqual(await notes(socket), [
        "use 1 later", "use 1 now", "use 2 now", "handler now 2"]);
      socket.emit("later", 3);
      assert.deepEqual(await notes(socket), ["use 1 later"]);
      socket.emit("release");
      const noted = await notes(socket);
      while (noted.length < 4) noted.push(...await notes(socket));
      assert.deepEqual(noted,
        ["use 1 release", "use 2 release", "handler later 1", "handler later 3"]);
    });

    it("lets a client in when its middlewares are done, whenever that is", async () => {
      const door = await connect("/door");
      const open = [{}, { refused: true }].map((auth) =>
        clients.open(server, "/waiting", { auth }));
      const welcome = next(open[0], "welcome");
      const refused = next(open[1], "connect_error");
      open[0].emit("sent-early");
      for (let count = 0; count < 2;) [count] = await ask(door, "waiting");
      assert.deepEqual(open.map((socket) => socket.connected), [false, false]);
      door.emit("open");
      const [id, rooms] = await welcome;
      assert.equal(id, open[0].id);
      assert.equal(rooms, 2);
      const [error] = await refused;
      assert.deepEqual([error.message, error.data], ["refused late", 7]);
    });

    it("forgets a client that leaves while a middleware is at work", async () => {
      const door = await connect("/door");
      const gone = clients.open(server, "/waiting");
      for (let count = 0; count < 1;) [count] = await ask(door, "waiting");
      gone.io.engine.close();
      const other = clients.open(server, "/waiting");
      for (let count = 0; count < 2;) [count] = await ask(door, "waiting");
      const welcome = next(other, "welcome");
      door.emit("open");
      await welcome;
    });
  });
}

describe("ways to end", () => {
  let server;
  const clients = clientsOf();
  before(async () => {
    server = await startServer("e2e", ["--ping-interval", "300", "--ping-timeout", "300"]);
  });
  after(() => server.stop());
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
  });

  /** What a watcher hears of the end that `end(id)` brings about. */
  async function ends(id, end) {
    const watcher = await clients.connect(server, "/reasons");
    const heard = [];
    watcher.onAny((event, who, ...rest) => who === id && heard.push([event, ...rest]));
    const gone = nextWhere(watcher, "gone", (who) => who === id);
    await end();
    await gone;
    return heard;
  }
  const expected = (reason) => [["leaving", reason, 2], ["gone", reason, 0]];

  /** A client by hand, in /reasons. */
  async function byHand(transport) {
    if (transport === "websocket") {
      const socket = await openWebSocket(server);
      await socket.receiveWhere((m) => m[0] === "0", "the handshake");
      socket.send("40/reasons,");
      const joined = await socket.receiveWhere((m) => m.startsWith("40/reasons,"), "the reply");
      // Pings are answered, or else that would end it.
      socket.on("message", (data) => data.toString() === "2" && socket.answers && socket.send("3"));
      socket.answers = true;
      return { socket, send: (packet) => socket.send(packet), id: JSON.parse(joined.slice(11)).sid };
    }
    const session = await openPolling(server);
    await session.post("40/reasons,");
    let text = "";
    while (!text.includes("40/reasons,{")) text += (await session.get()).body;
    const id = /40\/reasons,\{"sid":"([^"]+)"/.exec(text)[1];
    // It goes on asking, or else the server would wait for that before it closes.
    const poll = async () => { while ((await session.get()).status === 200); };
    poll().catch(() => {});
    return { session, send: (packet) => session.post(packet), id };
  }

  for (const transport of ["websocket", "polling"]) {
    const packets = {
      "client namespace disconnect": "41/reasons,",
      "server namespace disconnect": '42/reasons,["bye",false]',
      "forced close": "4nonsense",
      "parse error": "nonsense",
    };
    for (const [reason, packet] of Object.entries(packets)) {
      it(`${transport}: ${reason}`, async () => {
        const { id, send } = await byHand(transport);
        assert.deepEqual(await ends(id, () => send(packet)), expected(reason));
      });
    }
    it(`${transport}: ping timeout`, async () => {
      const { id, socket } = await byHand(transport);
      if (socket) socket.answers = false;
      assert.deepEqual(await ends(id, () => {}), expected("ping timeout"));
    });
    it(`${transport}: server namespace disconnect, with the connection`, async () => {
      const { id, send } = await byHand(transport);
      assert.deepEqual(await ends(id, () => send('42/reasons,["bye",true]')),
        expected("server namespace disconnect"));
    });
  }

  it("websocket: transport close", async () => {
    const { id, socket } = await byHand("websocket");
    assert.deepEqual(await ends(id, () => socket.close()), expected("transport close"));
  });
  it("polling: transport close", async () => {
    const { id, send } = await byHand("polling");
    assert.deepEqual(await ends(id, () => send("1")), expected("transport close"));
  });
  it("websocket: transport error", async () => {
    const { id, socket } = await byHand("websocket");
    const badFrame = Buffer.from([0x83, 0x80, 0, 0, 0, 0]);
    assert.deepEqual(await ends(id, () => socket._socket.write(badFrame)),
      expected("transport error"));
  });
  it("polling: transport error", async () => {
    const { id, session } = await byHand("polling");
    assert.deepEqual(await ends(id, () =>
      session.post("3", { headers: { "Content-Type": "application/octet-stream" } })),
    expected("transport error"));
  });

  it("server shutting down", async () => {
    const folder = mkdtempSync(join(tmpdir(), "troupe-"));
    try {
      const file = join(folder, "notes");
      const ending = await startServer("e2e", [], { TROUPE_E2E_NOTES: file });
      const socket = await clients.connect(ending, "/reasons");
      const { id } = socket;
      const gone = next(socket, "disconnect");
      await ending.stop();
      assert.equal((await within(gone, "the client hears of it"))[0], "transport close");
      assert.deepEqual(readFileSync(file, "utf8").trim().split("\n"),
        ["leaving", "gone"].map((what) => `${what} ${id} server shutting down`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
