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
    const entered = next(a, "entered");
    const b = await clients.connect(server);
    assert.deepEqual(await entered, [b.id]);
    const left = nextWhere(a, "left", (id) => id === b.id);
    b.emit("hush");
    await left;
    b.on("said", () => assert.fail("it has left"));
    assert.deepEqual(await ask(a, "say", "to nobody"), [true]);
    assert.deepEqual(await ask(b, "say", "from outside"), [true]);
  });

  it("has them send clients away, and count who is here", async () => {
    const a = await clients.connect(server);
    const [before] = await Promise.all([next(a, "here"), clients.connect(server)]);
    const b = await clients.connect(server);
    const fewer = nextWhere(a, "here", (count) => count === before[0]);
    const gone = next(b, "disconnect");
    b.emit("say", "spam");
    assert.deepEqual((await gone)[0], "io server disconnect");
    await fewer;
  });

  it("has them ask clients, who answer, or do not in time, or are gone", async () => {
    const [a, b] = await two();
    b.on("yes or no?", (answer) => answer("yes", 1));
    const voted = next(a, "voted");
    b.emit("vote");
    assert.deepEqual(await voted, ["yes", 1]);
    const late = next(b, "abstained");
    a.emit("vote");
    assert.deepEqual(await late, ["late"]);
    const gone = next(b, "abstained");
    a.emit("vote", "nobody's id");
    assert.deepEqual(await gone, ["gone"]);
  });

  it("does not lose what more is said than an actor may leave unhandled", async () => {
    const [a, b] = await two();
    const heard = collect(b, "said", 1000);
    for (let i = 0; i < 1000; ++i) a.emit("say", "n", i);
    assert.deepEqual(await heard, Array.from({ length: 1000 }, (_, i) => ["n", i]));
  });
});
