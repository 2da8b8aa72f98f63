// Actors of the program's that listen to clients, speak to them and ask them: docs/actors.md, whose
// example is tried with real clients.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { ask, clientsOf, collect, next, nextWhere } from "./peers.mjs";
import { isReference, startServer } from "./server.mjs";

// Its actors run on CAF's scheduler, whose hand-over TSan cannot see in the plain library.
const annotated = {
  skip: isReference ? "about our own programs"
    : process.env.TROUPE_SANITIZER === "tsan" && "actors on CAF's own scheduler",
};

describe("the example moderated, the actors' guide's code", annotated, () => {
  const clients = clientsOf(undefined, ["polling", "websocket"]);
  let server;
  before(async () => { server = await startServer("examples/moderated"); });
  afterEach(() => clients.closeAll());
  after(() => server.stop());
  const two = async () => [await clients.connect(server), await clients.connect(server)];

  it("has actors hear events, pass them on to a room and acknowledge", async () => {
    const [a, b] = await two();
    a.on("said", () => assert.fail("it has said it itself"));
    const heard = next(b, "said");
    assert.deepEqual(await ask(a, "say", "hello", { more: [1] }), [true]);
    assert.deepEqual(await heard, ["hello", { more: [1] }]);
  });

  it("has them hear who enters a room and leaves it", async () => {
    const a = await clients.connect(server);
    const entered = new Set();
    a.on("entered", (id) => entered.add(id));
    const b = await clients.connect(server);
    if (!entered.has(b.id)) await nextWhere(a, "entered", (id) => id === b.id);
    const left = nextWhere(a, "left", (id) => id === b.id);
    b.emit("hush");
    await left;
    b.on("said", () => assert.fail("it has left"));
    assert.deepEqual(await ask(a, "say", "to nobody"), [true]);
    assert.deepEqual(await ask(b, "say", "from outside"), [true]);
  });

  it("has them send clients away, and count who is here", async () => {
    // Nobody else comes and goes there.
    const own = await startServer("examples/moderated");
    try {
      const a = clients.open(own);
      const here = (count) => nextWhere(a, "here", (now) => now === count);
      await here(1);
      const two = here(2);
      const b = await clients.connect(own);
      await two;
      const fewer = here(1);
      const gone = next(b, "disconnect");
      b.emit("say", "spam");
      assert.deepEqual((await gone)[0], "io server disconnect");
      await fewer;
    } finally {
      await clients.closeAll();
      await own.stop();
    }
  });

  it("has them ask clients, who answer, or do not in time", async () => {
    const [a, b] = await two();
    b.on("yes or no?", (answer) => answer("yes", 1));
    const voted = next(a, "voted");
    b.emit("vote");
    assert.deepEqual(await voted, ["yes", 1]);
    const late = next(b, "abstained", 20_000);  // The actor waits 10 s.
    a.emit("vote");
    assert.deepEqual(await late, ["late"]);
  });

  it("has them ask nobody by a name that is no client's, such as a room's", async () => {
    const [a, b] = await two();
    for (const one of [a, b]) one.on("yes or no?", () => assert.fail("it was asked"));
    for (const name of ["nobody's id", "lobby"]) {
      const gone = next(b, "abstained");
      a.emit("vote", name);
      assert.deepEqual(await gone, ["gone"]);
    }
  });

  it("loses nothing of what several say at once, nor who comes meanwhile", async () => {
    const speakers = [await clients.connect(server), ...await two()];
    const listener = await clients.connect(server);
    const from = (number) => Array.from({ length: 1000 }, (_, i) => [`n ${number}`, i]);
    const heard = collect(listener, "said", 4000, 30_000);
    const speak = (one, number) => from(number).forEach((said) => one.emit("say", ...said));
    speakers.forEach(speak);
    const late = await clients.connect(server);
    speak(late, 3);
    const all = await heard;
    for (let number = 0; number < 4; ++number)
      assert.deepEqual(all.filter(([name]) => name === `n ${number}`), from(number));
    // It is known: it may be asked.
    late.on("yes or no?", (answer) => answer("yes"));
    const voted = next(listener, "voted");
    speakers[0].emit("vote", late.id);
    assert.deepEqual(await voted, ["yes"]);
  });
});
