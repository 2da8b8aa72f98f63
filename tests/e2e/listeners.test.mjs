// Listeners of a socket, middlewares on events and on the way in, and every way to end.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import {
  ask, collect, dropAll, next, nextWhere, openPolling, openWebSocket, transportSets,
} from "./peers.mjs";
import { settles, slowness, startServer, within } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`listeners over ${name}`, () => {
    const server = sharedServer();
    const clients = server.clientsOf(undefined, transports);
    const connect = (...args) => clients.connect(server, ...args);
    const notes = async (socket) => (await ask(socket, "notes"))[0];
    const waiting = (door, count) => settles(() => ask(door, "waiting"), [count], "they wait");

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

    it("counts catch-all listeners, and removes the one or the other", async () => {
      const socket = await connect("/listeners");
      const counts = () => ask(socket, "any-counts");
      assert.deepEqual(await counts(), [0, 0]);
      for (const event of ["listen-any", "listen-outgoing"]) socket.emit(event);
      assert.deepEqual(await counts(), [2, 2]);
      socket.emit("off-first");  // Of those that were prepended.
      assert.deepEqual(await counts(), [1, 1]);
      await notes(socket);
      const told = next(socket, "told");
      socket.emit("tell-me");
      await told;
      assert.deepEqual((await notes(socket)).slice(0, 2), ["any 1 tell-me", "out 1 told 2"]);
      for (const event of ["off-any", "off-outgoing"]) socket.emit(event);
      assert.deepEqual(await counts(), [0, 0]);
    });

    it("counts the listeners of an event", async () => {
      const socket = await connect("/listeners");
      const count = async (name) => (await ask(socket, "listener-count", name))[0];
      for (const [name, there] of [["once", 1], ["chain", 2], ["gone", 1], ["nothing", 0]])
        assert.equal(await count(name), there, name);
      for (const event of ["once", "chain"]) socket.emit(event);
      socket.emit("off", "gone");
      for (const [name, there] of [["once", 0], ["chain", 2], ["gone", 0]])
        assert.equal(await count(name), there, name);
    });

    it("is reached from elsewhere, in order, as long as it is there", async () => {
      const [socket, other] = [await connect("/listeners"), await connect("/listeners")];
      const told = collect(socket, "told", 5);
      socket.emit("from-elsewhere", 5);
      assert.deepEqual(await told, [[0], [1], [2], [3], [4]]);
      const gone = next(socket, "disconnect");
      socket.emit("throw-from-elsewhere");
      assert.equal((await gone)[0], "io server disconnect");
      const others = next(other, "told");  // As brings the same thread, later.
      other.emit("from-elsewhere", 1);
      assert.deepEqual(await others, [0]);
      assert.deepEqual(await ask(other, "has-gone-on"), [false]);
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
      const noted = [];
      const more = async () => (noted.push(...await notes(socket)), noted);
      await settles(more,
        ["use 1 release", "use 2 release", "handler later 1", "handler later 3"], "both go on");
    });

    it("lets a client in when its middlewares are done, whenever that is", async () => {
      const door = await connect("/door");
      const open = [{}, { refused: true }].map((auth) =>
        clients.open(server, "/waiting", { auth }));
      const welcome = next(open[0], "welcome");
      const refused = next(open[1], "connect_error");
      open[0].emit("sent-early");
      await waiting(door, 2);
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
      await waiting(door, 1);
      gone.io.engine.close();
      const other = clients.open(server, "/waiting");
      await waiting(door, 2);
      const welcome = next(other, "welcome");
      door.emit("open");
      await welcome;
    });
  });
}

describe("ways to end", () => {
  const server = sharedServer();
  const clients = server.clientsOf();

  /** A client by hand, in /reasons: {send, id} and what it is made of. */
  async function byHand(where, transport) {
    if (transport === "websocket") {
      const socket = await openWebSocket(where);
      await socket.receiveWhere((m) => m[0] === "0", "the handshake");
      socket.send("40/reasons,");
      const joined = await socket.receiveWhere((m) => m.startsWith("40/reasons,"), "the reply");
      return { socket, send: (packet) => socket.send(packet), id: JSON.parse(joined.slice(11)).sid };
    }
    const session = await openPolling(where);
    await session.post("40/reasons,");
    let text = "";
    while (!text.includes("40/reasons,{")) text += (await session.get()).body;
    const id = /40\/reasons,\{"sid":"([^"]+)"/.exec(text)[1];
    // It goes on asking, or else the server would wait for that before it closes.
    const poll = async () => { while ((await session.get()).status === 200); };
    poll().catch(() => {});
    return { session, send: (packet) => session.post(packet), id };
  }

  /** What a watcher hears of the end of a client by hand that `end(client)` brings about. */
  async function ends(transport, end, where = server) {
    const watcher = await clients.connect(where, "/reasons");
    const heard = [];
    watcher.onAny((...event) => heard.push(event));
    const client = await byHand(where, transport);
    const isGone = (who) => who === client.id;
    await end(client);
    if (!heard.some(([event, who]) => event === "gone" && isGone(who)))
      await nextWhere(watcher, "gone", isGone);
    return heard.filter(([, who]) => isGone(who)).map(([event, , ...rest]) => [event, ...rest]);
  }
  const expected = (reason) => [["leaving", reason, 2], ["gone", reason, 0]];

  for (const transport of ["websocket", "polling"]) {
    const packets = {
      "client namespace disconnect": "41/reasons,",
      "server namespace disconnect": '42/reasons,["bye",false]',
      "forced close": "4nonsense",
      "parse error": "nonsense",
    };
    for (const [reason, packet] of Object.entries(packets)) {
      it(`${transport}: ${reason}`, async () => {
        assert.deepEqual(await ends(transport, ({ send }) => send(packet)), expected(reason));
      });
    }
    it(`${transport}: server namespace disconnect, with the connection`, async () => {
      assert.deepEqual(await ends(transport, ({ send }) => send('42/reasons,["bye",true]')),
        expected("server namespace disconnect"));
    });
  }

  it("websocket and polling: ping timeout", async () => {
    const strict = await startServer("e2e",
      ["--ping-interval", "300", "--ping-timeout", String(1000 * slowness)]);
    const both = ["websocket", "polling"].map((transport) => ends(transport, () => {}, strict));
    for (const heard of both) assert.deepEqual(await heard, expected("ping timeout"));
    await Promise.all([clients.closeAll(), dropAll()]);
    await strict.stop();
  });

  it("websocket: transport close", async () => {
    assert.deepEqual(await ends("websocket", ({ socket }) => socket.close()),
      expected("transport close"));
  });
  it("polling: transport close", async () => {
    assert.deepEqual(await ends("polling", ({ send }) => send("1")), expected("transport close"));
  });
  it("websocket: transport error", async () => {
    const badFrame = Buffer.from([0x83, 0x80, 0, 0, 0, 0]);
    assert.deepEqual(await ends("websocket", ({ socket }) => socket._socket.write(badFrame)),
      expected("transport error"));
  });
  it("polling: transport error", async () => {
    assert.deepEqual(await ends("polling", ({ session }) =>
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
