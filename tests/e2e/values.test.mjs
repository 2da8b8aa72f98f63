// Typed arguments, results and acks, as a client sees them.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, next, openWebSocket, transportSets } from "./peers.mjs";
import { isReference } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const ours = { skip: isReference && "JavaScript has no types to check" };

const server = sharedServer();

for (const [name, transports] of Object.entries(transportSets)) {
  describe(`values over ${name}`, () => {
    const clients = server.clientsOf(undefined, transports);
    const connect = () => clients.connect(server, "/values");

    it("structs, enums and binary go both ways", async () => {
      const socket = await connect();
      const track = Buffer.from([1, 2, 255]);
      const step = { by: { x: 0.5, y: -1 }, towards: "south", track };
      assert.deepEqual(await ask(socket, "walk", { x: 1, y: 2 }, step),
        [{ at: { x: 1.5, y: 1 }, heading: "south", track }]);
      assert.deepEqual(await ask(socket, "walk", { x: 1, y: 2, z: 3 }, { ...step, towards: null }),
        [{ at: { x: 1.5, y: 1 }, heading: "north", track }]);
      assert.deepEqual(await ask(socket, "sum", Buffer.from([250, 5, 1])), [256]);
    });

    it("containers and trees go both ways", async () => {
      const socket = await connect();
      assert.deepEqual(await ask(socket, "double", { a: [1, [2, 3]], "ž\n": [4, [5, 6]] }),
        [{ a: [2, [2, 3]], "ž\n": [8, [5, 6]] }]);
      const tree = { list: [1, null, { deep: ["☂"] }], flag: true };
      assert.deepEqual(await ask(socket, "extend", tree), [{ ...tree, size: 2 }]);
      for (const [index, one] of [false, "text", [1, 2]].entries())
        assert.deepEqual(await ask(socket, "either", one), [index]);
    });

    it("answers to acks are typed", async () => {
      const socket = await connect();
      const there = next(socket, "there");
      socket.once("where", (how, reply) => reply({ x: 1, y: 2 }, "home"));
      socket.emit("ask-where");
      assert.deepEqual(await there, ["ok", { x: 1, y: 2 }, "home"]);
      const again = next(socket, "there");
      socket.once("where", (how, reply) => reply({ x: 3, y: 4 }));
      socket.emit("ask-one");
      assert.deepEqual(await again, ["ok", { x: 3, y: 4 }]);
    });

    it("arguments of another shape are answered with where they differ", ours, async () => {
      const socket = await connect();
      const by = { x: 1, y: 1 };
      const track = Buffer.alloc(1);
      const wrong = {
        "argument 1.y: expected number": ["walk", { x: 1, y: "2" }, { by, track }],
        "argument 2.by: expected object": ["walk", by, { by: [1, 2], track }],
        "argument 2.track: expected binary": ["walk", by, { by, track: [1] }],
        "argument 2.towards: expected name of an enumerator":
          ["walk", by, { by, track, towards: "up" }],
        "argument 1.*[1]: expected array of the right length": ["double", { a: [1, [2]] }],
        "argument 1: expected binary": ["sum", [1, 2]],
        "argument 1: expected object": ["extend", [1]],
        "argument 1: expected one of several shapes": ["either", ["x"]],
      };
      for (const [error, args] of Object.entries(wrong))
        assert.deepEqual(await ask(socket, ...args), [{ error }]);
      assert.ok(socket.connected);
    });

    it("an answer of another shape is an error of its handler's", ours, async () => {
      const socket = await connect();
      for (const [event, args] of [["ask-where", [{ x: 1 }]], ["ask-one", ["nowhere"]]]) {
        const there = next(socket, "there");
        socket.once("where", (how, reply) => reply(...args));
        socket.emit(event);
        assert.equal((await there)[0], "the answer has another shape than was expected");
      }
    });
  });
}

it("a relayed payload keeps its very spelling", ours, async () => {
  const socket = await openWebSocket(server);
  await socket.receive("the handshake");
  socket.send("40/values,");
  await socket.receiveWhere((m) => m.startsWith?.("40/values,"), "the CONNECT reply");
  const spelling = '{"b" : 1.0,  "a":[1e2 ,0.10, 1E+21],"\\u0061":12345678901234567890, "b":null }';
  socket.send(`42/values,["relay",${spelling}]`);
  const relayed = await socket.receiveWhere((m) => m.startsWith?.("42"), "the relayed event");
  assert.equal(relayed, `42/values,["relay",${spelling}]`);
});
