// Connection state recovery, with clients whose network fails.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { openNetwork } from "./network.mjs";
import {
  ask, clientsOf, collect, dropAll, next, nextWhere, openWebSocket, transportSets, upgraded,
} from "./peers.mjs";
import { isReference, settles, slowness, startServer, within } from "./server.mjs";

const strict = { skip: isReference && "the reference loses or repeats events here" };

/** How often a client is cut off under load; the runtime's tests do it 1,000 times a seed, too. */
const cutsOver = (name) => Number(process.env.TROUPE_CUTS ??
  (name === "websocket" && slowness === 1 ? 1000 : 60));
/** How long at most, in ms, unless told how often: what a cut takes is the machine's. */
const cuttingMax = process.env.TROUPE_CUTS === undefined ? 120_000 : Infinity;

const quick = { reconnection: true, reconnectionDelay: 5, reconnectionDelayMax: 20 };

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`recovery over ${name}`, () => {
    const clients = clientsOf(undefined, transports);
    let server, network, speaker;
    before(async () => {
      // What crosses a cut may keep the server from seeing it: then the pong is missed.
      // Who was cut off unseen is waited for at the end, and does not come.
      server = await startServer("recovery", ["--close-timeout", "1000",
        "--ping-interval", "3000", "--ping-timeout", String(3000 * slowness)]);
      network = await openNetwork(server);
    });
    afterEach(async () => {
      network.up();
      await clients.closeAll();
    });
    after(async () => {
      await dropAll();
      await network.close();
      await server.stop();
    });

    /** A listener behind the network, with what it heard, and a speaker that is never cut. */
    async function open() {
      speaker = await clients.connect(server);
      const listener = await clients.connect(network, "/", quick);
      listener.numbers = [];
      listener.on("n", (number) => listener.numbers.push(number));
      return listener;
    }
    /** Has it hear its first event: the reference recovers no client that has heard none. */
    async function tell(listener, number) {
      const came = next(listener, "n");
      await ask(speaker, "all", number);
      await came;
    }
    /** Cuts it off, and waits until the others know. */
    async function lose(listener) {
      const id = listener.id;
      // Where the server sees it at once, and need not miss a pong.
      if (name === "upgrade") await upgraded(listener);
      if (name === "polling") await network.polled();
      else await ask(listener, "state");
      const left = nextWhere(speaker, "left", (who) => who === id);
      network.down();
      await left;
    }
    async function comeBack(listener) {
      const back = next(listener, "connect");
      network.up();
      await back;
    }
    /** What the listener has heard once all that was said before has come. */
    async function heard(listener) {
      const last = nextWhere(listener, "n", (number) => number === "last");
      await ask(speaker, "all", "last");
      await last;
      return listener.numbers.filter((number) => number !== "last");
    }

    it("gives back id, rooms, data and what was missed, in order and once", async () => {
      const listener = await open();
      await ask(listener, "join", "room");
      await tell(listener, 0);
      const { id } = listener;
      await lose(listener);
      await ask(speaker, "to", "room", 1);
      await ask(speaker, "all", 2);
      await ask(speaker, "to", "elsewhere", -1);
      await ask(speaker, "to", id, 3);
      await comeBack(listener);
      assert.equal(listener.recovered, true);
      assert.equal(listener.id, id);
      assert.deepEqual(await ask(listener, "state"), [true, `kept of ${id}`, 2]);
      await ask(speaker, "to", "room", 4);
      assert.deepEqual(await heard(listener), [0, 1, 2, 3, 4]);
    });

    it("recovers a client again and again", async () => {
      const listener = await open();
      await tell(listener, 0);
      const { id } = listener;
      for (let i = 1; i < 4; ++i) {
        await lose(listener);
        await ask(speaker, "all", i);
        await comeBack(listener);
        assert.equal(listener.recovered, true);
        assert.equal(listener.id, id);
      }
      assert.deepEqual(await heard(listener), [0, 1, 2, 3]);
    });

    it("recovers a client that was never sent anything", strict, async () => {
      const listener = await open();
      await lose(listener);
      await ask(speaker, "all", 1);
      await comeBack(listener);
      assert.equal(listener.recovered, true);
      assert.deepEqual(await heard(listener), [1]);
    });

    it("recovers a client whose last event was volatile and ended in a string", strict, async () => {
      const listener = await open();
      await tell(listener, 0);
      let came = false;
      listener.once("v", (text) => { came = text === "text"; });
      const heardIt = async () => {  // It may not be writable just then.
        await ask(speaker, "volatile", "text");
        return came;
      };
      await settles(heardIt, true, "a volatile event comes");
      await lose(listener);
      await ask(speaker, "all", 1);
      await comeBack(listener);
      assert.equal(listener.recovered, true);
      assert.deepEqual(await heard(listener), [0, 1]);
    });

    it("recovers a client whose old connection the server takes for alive", strict, async () => {
      const listener = await open();
      await tell(listener, 0);
      const { id } = listener;
      const left = nextWhere(speaker, "left", (who) => who === id);
      const back = next(listener, "connect");
      const lost = next(listener, "disconnect");
      network.down({ silently: true });
      await ask(speaker, "all", 1);
      await lost;
      network.up();
      await back;
      assert.equal(listener.recovered, true);
      assert.equal(listener.id, id);
      assert.equal((await left)[1], "transport close");
      assert.deepEqual(await heard(listener), [0, 1]);
    });

    it("does not recover a socket that the server ended", async () => {
      const listener = await open();
      await tell(listener, 0);
      const { id } = listener;
      listener.emit("end");
      assert.deepEqual((await next(listener, "disconnect"))[0], "io server disconnect");
      const back = next(listener, "connect");
      listener.connect();
      await back;
      assert.ok(!listener.recovered);
      assert.notEqual(listener.id, id);
      assert.equal((await ask(listener, "state"))[0], false);
    });

    const often = "loses and repeats nothing however often a client is cut under load";
    it(often, strict, async (test) => {
      const listener = await open();
      // A client that is cut off right when it changes over sees it by a missed ping only.
      listener.io.on("open", () => {
        const { engine } = listener.io;
        engine.once("upgradeError", () => engine.transport.onError("cut off"));
      });
      await ask(listener, "join", "room");
      await tell(listener, "first");
      const { id } = listener;
      const seed = Number(process.env.TROUPE_SEED ?? Math.floor(Math.random() * 2 ** 32));
      const draw = drawFrom(seed);
      const due = ["first"];
      const cutsMax = cutsOver(name);
      const end = performance.now() + cuttingMax;
      let cuts = 0;
      let isOver = false;
      const speaking = (async () => {
        for (let number = 0; !isOver; ++number) {
          await ask(speaker, ...[["all"], ["to", "room"], ["to", id]][draw(3)], number);
          due.push(number);
        }
      })();
      for (; cuts < cutsMax && performance.now() < end; ++cuts) {
        await collect(speaker, "n", 1 + draw(4));
        if (draw(2)) await new Promise(setImmediate);
        const lost = next(listener, "disconnect");
        network.down({ silently: draw(3) === 0 });
        await lost;
        const back = next(listener, "connect");
        network.up();
        await back;
        assert.equal(listener.recovered, true, `seed ${seed}, cut ${cuts}`);
      }
      isOver = true;
      await speaking;
      test.diagnostic(`${cuts} cuts`);
      assert.equal(listener.id, id);
      assert.deepEqual(await heard(listener), due, `seed ${seed}`);
    });
  });
}

/** Numbers below a bound that depend on a seed only (mulberry32). */
function drawFrom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe("recovery", () => {
  let server;
  before(async () => { server = await startServer("recovery"); });
  afterEach(() => dropAll());
  after(() => server.stop());

  async function join(auth = "") {
    const socket = await openWebSocket(server);
    await socket.receive("the handshake");
    socket.send(`40${auth}`);
    const reply = await socket.receiveWhere((m) => m.startsWith?.("40"), "the CONNECT reply");
    return Object.assign(socket, JSON.parse(reply.slice(2)));
  }

  it("never gives two connections one socket", strict, async () => {
    const first = await join();
    first.terminate();
    await within(first.closed, "closed");
    const auth = JSON.stringify({ pid: first.pid });
    const second = await join(auth);
    const third = await join(auth);
    assert.equal(third.sid, first.sid);
    await within(second.closed, "the second is closed");
    assert.equal(third.readyState, third.OPEN);
  });

  it("takes a pid that it does not know for nothing", async () => {
    const socket = await join('{"pid":"nobody\'s","offset":"1"}');
    assert.match(socket.pid, /^[\w-]{20}$/);
    assert.notEqual(socket.pid, socket.sid);
  });

  for (const auth of ['{"pid":7,"offset":[]}', '{"pid":"","offset":""}',
    `{"pid":"${"x".repeat(1000)}"}`, '{"pid":null}']) {
    it(`joins a client with ${auth.slice(0, 24)}`, async () => {
      assert.match((await join(auth)).pid, /^[\w-]{20}$/);
    });
  }

  it("appends the offset to what it emits, and counts up", async () => {
    const socket = await join();
    socket.send('42["count",3]');
    const offsets = [];
    for (let i = 0; i < 3; ++i) {
      const message = await socket.receiveWhere((m) => m.startsWith?.('42["n"'), "n");
      offsets.push(JSON.parse(message.slice(2))[2]);
    }
    assert.ok(offsets.every((offset) => typeof offset === "string"));
    assert.equal(new Set(offsets).size, 3);
  });
});
