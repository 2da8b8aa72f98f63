// Whom an emit reaches, with which flags; acks of one and of many; what is done to many sockets.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, clientsOf, next, nextWhere, transportSets } from "./peers.mjs";
import { settles, slowness, startServer, within } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const patience = 5000 * slowness;  // For answers that come.

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`operators over ${name}`, () => {
    const server = sharedServer();
    const clients = server.clientsOf(undefined, transports);
    const connect = (options) => clients.connect(server, "/ops", options);
    const three = () => Promise.all([connect(), connect(), connect()]);

    /** Which of `sockets` hear `event` until all have heard an event to all. */
    async function hearers(sockets, event, act) {
      const heard = [];
      sockets.forEach((socket, i) => socket.on(event, () => heard.push(i)));
      await act();
      const end = sockets.map((socket) => next(socket, "end"));
      sockets[0].emit("op", {}, "end");
      await Promise.all(end);
      sockets.forEach((socket) => socket.off(event));
      return heard.sort();
    }

    /** Asks with longer and longer limits until `count` have answered, while others never do. */
    async function answersOf(count, askFor) {
      for (let limit = 100; ; limit *= 3) {
        const [error, responses, ...rest] = await askFor(limit);
        assert.equal(error, "operation has timed out");
        if (responses.length === count || limit > 5000) return [responses, ...rest];
      }
    }

    it("adds up rooms and takes out others, in chains and lists", async () => {
      const all = await three();
      const [a, b, c] = all;
      await ask(a, "join", ["r1", "r2"]);
      await ask(b, "join", ["r2", "r3"]);
      await ask(c, "join", ["r3"]);
      const cases = [
        [{}, [0, 1, 2]],
        [{ to: ["r1"] }, [0]],
        [{ to: ["r1", "r2", "r2"] }, [0, 1]],
        [{ to: ["r2", "r3"], except: ["r1"] }, [1, 2]],
        [{ except: ["r1", c.id] }, [1]],
        [{ to: [a.id, b.id] }, [0, 1]],
        [{ from: "socket" }, [1, 2]],
        [{ from: "socket", to: ["r1", "r3"] }, [1, 2]],
        [{ from: "socket", to: ["r2", "r3"], except: [c.id] }, [1]],
        [{ to: ["nobody"] }, []],
        // Between two polls nothing can be written.
        [{ volatile: name === "websocket", compress: false, local: true }, [0, 1, 2]],
        [{ compress: true, timeout: 50, to: ["r3"] }, [1, 2]],
      ];
      for (const [spec, expected] of cases) {
        const heard = await hearers(all, "x", () => a.emit("op", spec, "x", 1));
        assert.deepEqual(heard, expected, JSON.stringify(spec));
      }
    });

    it("emits to its own client with flags", async () => {
      const socket = await connect();
      let heard;
      socket.on("self", (...args) => heard.push(args));
      await settles(async () => {  // Between two polls what is volatile is dropped.
        heard = [];
        const end = nextWhere(socket, "self", (flag) => flag === "timeout");
        socket.emit("self", 1);
        await end;
        return heard;
      }, [["volatile", [1]], ["compress"], ["timeout"]], "all three");
    });

    it("asks its client for an ack, and waits so long", async () => {
      const socket = await connect();
      assert.deepEqual(await ask(socket, "self-ack", 50), ["operation has timed out", []]);
      socket.on("question", (x, ack) => ack(x, Buffer.from([1])));
      assert.deepEqual(await ask(socket, "self-ack", patience), [null, ["x", Buffer.from([1])]]);
    });

    it("resumes a coroutine with the answer", async () => {
      const socket = await connect();
      assert.deepEqual(await ask(socket, "self-co-ack", 50), ["operation has timed out", []]);
      socket.on("question", (x, ack) => ack(x));
      const resumed = next(socket, "resumed");
      assert.deepEqual(await ask(socket, "self-co-ack", patience), [null, ["x"]]);
      assert.deepEqual(await resumed, [socket.id]);
    });

    it("asks many for acks", async () => {
      const all = await three();
      const [a, b] = all;
      all.forEach((socket, i) => socket.on("question", (x, ack) => ack([i, x], "more")));
      await ask(b, "join", ["r"]);
      let [error, responses] = await ask(a, "op-ack", { timeout: patience }, "question");
      assert.equal(error, null);
      assert.deepEqual(responses.sort(), [[0, 1], [1, 1], [2, 1]]);
      [error, responses] = await ask(a, "op-ack", { timeout: patience, to: ["r"] }, "question");
      assert.deepEqual([error, responses], [null, [[1, 1]]]);
      [error, responses] = await ask(a, "op-ack", { timeout: patience, to: ["nobody"] }, "question");
      assert.deepEqual([error, responses], [null, []]);
    });

    it("gives the answers that came when others did not", async () => {
      const [a, b, c] = await three();
      a.on("question", (x, ack) => ack("a"));
      b.on("question", (x, ack) => ack(Buffer.from("b")));
      c.on("question", () => {});
      const [responses] = await answersOf(2,
        (timeout) => ask(a, "op-ack", { timeout }, "question"));
      assert.deepEqual(responses.map(String).sort(), ["a", "b"]);
    });

    it("keeps acks of broadcasts and of one socket apart", async () => {
      const [a, b] = await Promise.all([connect(), connect()]);
      const asked = [];
      const allAsked = within(new Promise((resolve) => {
        for (const socket of [a, b]) {
          socket.on("question", (x, ack) => asked.push(() => ack(x)) === 6 && resolve());
        }
      }), "six questions");
      const answers = [ask(a, "op-ack", { timeout: patience }, "question"), ask(a, "self-ack", patience),
        ask(b, "op-ack", { timeout: patience }, "question"), ask(b, "self-ack", patience)];
      await allAsked;
      for (const answer of asked.reverse()) answer();
      assert.deepEqual(await Promise.all(answers),
        [[null, [1, 1]], [null, ["x"]], [null, [1, 1]], [null, ["x"]]]);
    });

    it("asks for acks from outside of handlers", async () => {
      const all = await three();
      all.forEach((socket, i) => socket.on("question", (x, ack) => i < 2 && ack(i + x)));
      for (const socket of all.slice(1)) await ask(socket, "join", ["counted"]);
      const [responses, ...counts] = await answersOf(2, (limit) => ask(all[0], "wait-ack", limit));
      assert.deepEqual(responses.sort(), [3, 4]);
      assert.deepEqual(counts, [3, 3, 2]);
    });

    it("fetches sockets, with what they are", async () => {
      const a = await connect({ auth: { token: "a" } });
      const b = await connect({ query: { who: "b" } });
      await ask(b, "join", ["r", "s"]);
      await ask(b, "set-data", { name: "bob", list: [1] });
      const byId = (list) => Object.fromEntries(list.map((one) => [one.id, one]));
      const [all] = await ask(a, "fetch", {});
      assert.deepEqual(byId(all), byId([
        { id: a.id, rooms: [a.id], data: {}, auth: { token: "a" }, query: "" },
        { id: b.id, rooms: [b.id, "r", "s"].sort(), data: { name: "bob", list: [1] }, auth: {},
          query: "b" },
      ]));
      const ids = async (spec) => (await ask(a, "fetch", spec))[0].map(({ id }) => id);
      assert.deepEqual(await ids({ to: ["r"] }), [b.id]);
      assert.deepEqual(await ids({ except: ["s"] }), [a.id]);
      assert.deepEqual(await ids({ from: "socket" }), [b.id]);
      assert.deepEqual(await ids({ to: ["nobody"] }), []);
    });

    it("counts sockets, of a namespace and of rooms", async () => {
      const [a, b, c] = await three();
      await ask(b, "join", ["r", "s"]);
      await ask(c, "join", ["s"]);
      const count = async (spec) => (await ask(a, "count", spec))[0];
      assert.equal(await count({}), 3);
      assert.equal(await count({ to: ["r"] }), 1);
      assert.equal(await count({ to: ["r", "s"] }), 2);
      assert.equal(await count({ to: ["s"], except: ["r"] }), 1);
      assert.equal(await count({ except: ["s"] }), 1);
      assert.equal(await count({ from: "socket" }), 2);
      assert.equal(await count({ to: [b.id] }), 1);
      assert.equal(await count({ to: ["nobody"] }), 0);
      assert.deepEqual(await ask(a, "join-and-count", "s"), [3]);
      const gone = next(c, "disconnect");
      a.emit("kick", { to: [c.id] }, false);
      await gone;
      assert.deepEqual([await count({}), await count({ to: ["s"] })], [2, 2]);
    });

    it("makes sockets join and leave, before what is emitted next", async () => {
      const all = await three();
      const [a, b, c] = all;
      await ask(b, "join", ["r"]);
      const joined = await hearers(all, "joined-all",
        () => a.emit("join-all", { except: [c.id] }, ["n", "m"]));
      assert.deepEqual(joined, [0, 1]);
      assert.deepEqual((await ask(b, "rooms"))[0], [b.id, "m", "n", "r"].sort());
      assert.deepEqual((await ask(c, "rooms"))[0], [c.id]);
      const left = await hearers(all, "left-all", () => a.emit("leave-all", { to: ["r"] }, ["n"]));
      assert.deepEqual(left, [0]);
      assert.deepEqual((await ask(b, "rooms"))[0], [b.id, "m", "r"].sort());
      await ask(b, "leave", "m");
      assert.deepEqual(await hearers(all, "x", () => a.emit("op", { to: ["m"] }, "x")), [0]);
    });

    for (const close of [false, true]) {
      it(`sends sockets away${close ? ", with their connections" : ""}`, async () => {
        const all = await three();
        const [a, b, c] = all;
        await ask(b, "join", ["r"]);
        await ask(c, "join", ["r"]);
        const heard = all.map(() => []);
        all.forEach((socket, i) => socket.onAny((event) => heard[i].push(event)));
        const gone = [b, c].map((socket) => next(socket, "disconnect"));
        const closed = [b, c].map((socket) => close ? next(socket.io.engine, "close") : undefined);
        const after = next(a, "after");
        a.emit("kick", { to: ["r"] }, close);
        for (const one of gone) assert.equal((await one)[0], "io server disconnect");
        await Promise.all(closed);
        await after;
        assert.deepEqual(heard, [["before", "after"], ["before"], ["before"]]);
        assert.deepEqual((await ask(a, "fetch", {}))[0].map(({ id }) => id), [a.id]);
      });
    }

    it("acts on one socket that was fetched", async () => {
      const [a, b] = await Promise.all([connect(), connect()]);
      const heard = next(b, "remote");
      await ask(a, "remote", b.id, "emit");
      assert.deepEqual(await heard, [1, "x"]);
      const ways = ["remote-ask", "remote-wait"];
      for (const way of ways)
        assert.deepEqual(await ask(a, way, b.id, 50), ["operation has timed out", null], way);
      b.on("question", (x, ack) => ack(x, "more"));
      for (const way of ways) assert.deepEqual(await ask(a, way, b.id, patience), [null, 2], way);
      await ask(a, "remote", b.id, "join");
      await ask(a, "remote", b.id, "leave");
      assert.deepEqual((await ask(a, "fetch", { to: [b.id] }))[0][0].rooms, [b.id, "remote 2"].sort());
      const gone = next(b, "disconnect");
      await ask(a, "remote", b.id, "disconnect");
      assert.equal((await gone)[0], "io server disconnect");
    });
  });
}

describe("the end", () => {
  it("delivers what was emitted into any namespace before close()", async () => {
    for (let i = 0; i < 5; ++i) {
      const server = await startServer("e2e", [], { TROUPE_E2E_BYE: "1" });
      const clients = clientsOf();
      const sockets = await Promise.all(
        [...Array(6).keys()].map(() => clients.connect(server, "/other")));
      const heard = Promise.all(sockets.map((socket) => next(socket, "bye")));
      await server.stop();
      await heard;
      await clients.closeAll();
    }
  });
});
