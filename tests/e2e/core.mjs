// What any Socket.IO client does with any server; run with each client library and transport.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, collect, next, nextWhere, transportSets } from "./peers.mjs";
import { settles } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const payloads = [
  ["hello"],
  ["naïve ☂ 漢字 \u{1f3ad} \u0000\u001e\u2028 \"quotes\" \\ / </script>"],
  [""],
  [1, -0.5, 2.5e-9, true, false, null, [], {}, [[["deep"]]], { "": { é: [1, { b: null }] } }],
  [],
  ["x".repeat(70_000)],
];

const bytes = (...values) => Buffer.from(values);
const binaries = [
  [bytes(1, 2, 3)],
  [bytes()],
  [Buffer.alloc(70_000, 0xa5), "text between", bytes(0, 255)],
  [{ a: [bytes(1), { b: bytes(2), c: "☂" }], d: bytes(3) }, bytes(4)],
  [...Array(10).keys()].map((i) => bytes(i)),
];

/** Registers the tests of `io`, a client library, under `label`; `args` are the server's. */
export function describeCore(io, label, args = []) {
  describe(label, () => {
    const server = sharedServer(args, io);
    for (const [name, transports] of Object.entries(transportSets)) {
      describe(`over ${name}`, () => runCore(io, transports, server));
    }
  });
}

function runCore(io, transports, server) {
  const clients = server.clientsOf(io, transports);
  const connect = (namespace, options) => clients.connect(server, namespace, options);
  const last = transports.at(-1);

  it("connects, with an id that is not the session's", async () => {
    const socket = await connect();
    assert.match(socket.id, /^[\w-]{20}$/);
    assert.match(socket.io.engine.id, /^[\w-]{20}$/);
    assert.notEqual(socket.id, socket.io.engine.id);
    assert.equal(socket.io.engine.transport.name, last);
  });

  it("hands the auth payload to the server", async () => {
    const auth = { token: "ž", nested: { list: [1, null] } };
    for (const [given, expected] of [[auth, auth], [undefined, {}]]) {
      const socket = await connect("/", { auth: given });
      if (!socket.auths.length) await next(socket, "auth");
      assert.deepEqual(socket.auths[0], expected);
    }
  });

  it("echoes text of every kind", async () => {
    const socket = await connect();
    for (const payload of payloads) {
      const reply = next(socket, "message-back");
      socket.emit("message", ...payload);
      assert.deepEqual(await reply, payload);
    }
  });

  it("echoes binary arguments, nested and several", async () => {
    const socket = await connect();
    for (const payload of binaries) {
      const reply = next(socket, "message-back");
      socket.emit("message", ...payload);
      assert.deepEqual(await reply, payload);
    }
  });

  it("keeps the order of text and binary events mixed", async () => {
    const socket = await connect();
    const sent = [...Array(60).keys()].map((i) => (i % 3 ? [i] : [i, bytes(i), { b: bytes(i, i) }]));
    const replies = collect(socket, "message-back", sent.length);
    for (const args of sent) socket.emit("message", ...args);
    assert.deepEqual(await replies, sent);
  });

  it("acknowledges text and binary", async () => {
    const socket = await connect();
    for (const payload of [...payloads, ...binaries]) {
      assert.deepEqual(await ask(socket, "message-with-ack", ...payload), payload);
    }
  });

  it("keeps many acknowledgements apart", async () => {
    const socket = await connect();
    const replies = await Promise.all(
      [...Array(50).keys()].map((i) => ask(socket, "message-with-ack", i)));
    assert.deepEqual(replies, [...Array(50).keys()].map((i) => [i]));
  });

  it("is asked by the server and answers", async () => {
    const socket = await connect();
    socket.on("question", (x, ack) => ack(x, "and", x));
    for (const x of ["why", { b: bytes(9, 8) }]) {
      const answer = next(socket, "answer");
      socket.emit("ask", x);
      assert.deepEqual(await answer, [x, "and", x]);
    }
  });

  it("hears a chat like everybody else", async () => {
    const all = await Promise.all([connect(), connect(), connect()]);
    for (const message of [["hi", { n: 1 }], ["bin", bytes(1, 2)]]) {
      const heard = all.map((socket) => next(socket, "chat"));
      all[0].emit("chat", ...message);
      for (const one of heard) assert.deepEqual(await one, message);
    }
  });

  it("hears others but not itself, and a whisper alone", async () => {
    const [a, b, c] = await Promise.all([connect(), connect(), connect()]);
    const own = [];
    a.on("others", (...args) => own.push(args));
    b.on("whisper", () => own.push("whisper"));
    const heard = [next(b, "others"), next(c, "others")];
    a.emit("others", "x", 1);
    for (const one of heard) assert.deepEqual(await one, ["x", 1]);
    const whisper = next(a, "whisper");
    a.emit("whisper", "psst");
    assert.deepEqual(await whisper, ["psst"]);
    // What went before is there before what comes after it.
    await Promise.all([ask(a, "message-with-ack"), ask(b, "message-with-ack")]);
    assert.deepEqual(own, []);
  });

  it("joins and leaves rooms", async () => {
    const [a, b, c] = await Promise.all([connect(), connect(), connect()]);
    const room = `room-${a.id}`;
    const heard = { a: [], b: [], c: [] };
    for (const [name, socket] of Object.entries({ a, b, c })) {
      for (const event of ["room", "room-others", "except", "chat"]) {
        socket.on(event, (...args) => heard[name].push([event, ...args]));
      }
    }
    await ask(a, "join", room);
    await ask(b, "join", room);
    const ends = (word) => [a, b, c].map((socket) =>
      nextWhere(socket, "chat", (text) => text === word));

    let end = ends("end 1");
    a.emit("room", room, 1);
    a.emit("room-others", room, 2);
    a.emit("except", room, 3);
    c.emit("room", room, 4, bytes(4));
    await nextWhere(a, "room", (n) => n === 4);
    a.emit("chat", "end 1");
    await Promise.all(end);
    const without4 = (list) => list.filter(([, n]) => n !== 4);
    assert.deepEqual(without4(heard.a), [["room", 1], ["chat", "end 1"]]);
    assert.deepEqual(without4(heard.b), [["room", 1], ["room-others", 2], ["chat", "end 1"]]);
    assert.deepEqual(heard.c, [["except", 3], ["chat", "end 1"]]);
    assert.deepEqual(heard.b.find(([, n]) => n === 4), ["room", 4, bytes(4)]);

    for (const list of Object.values(heard)) list.length = 0;
    await ask(b, "leave", room);
    end = ends("end 2");
    a.emit("room", room, 5);
    a.emit("chat", "end 2");
    await Promise.all(end);
    assert.deepEqual(heard.a, [["room", 5], ["chat", "end 2"]]);
    assert.deepEqual(heard.b, [["chat", "end 2"]]);
  });

  it("sees direct and broadcast events in the order emitted", async () => {
    const [a, b] = await Promise.all([connect(), connect()]);
    const n = 300;
    const heard = [];
    a.onAny((event, i) => event.startsWith("burst") && heard.push(`${event} ${i}`));
    const all = [collect(a, "burst-all", n), collect(b, "burst-all", n)];
    a.emit("burst", n);
    const [, seenByB] = await Promise.all(all);
    assert.deepEqual(heard, [...Array(n).keys()].flatMap((i) => [`burst ${i}`, `burst-all ${i}`]));
    assert.deepEqual(seenByB.flat(), [...Array(n).keys()]);
  });

  it("uses several namespaces over one session", async () => {
    const main = await connect("/");
    const custom = main.io.socket("/custom", { auth: { who: "custom" } });
    const auth = next(custom, "auth");
    if (!custom.connected) await next(custom, "connect");
    assert.notEqual(custom.id, main.id);
    await auth;
    const leaked = [];
    main.on("message-back", (...args) => leaked.push(args));
    assert.deepEqual(await ask(custom, "message-with-ack", 1, bytes(1)), [1, bytes(1)]);
    const back = next(custom, "message-back");
    custom.emit("message", bytes(2), "two");
    assert.deepEqual(await back, [bytes(2), "two"]);
    custom.disconnect();
    assert.deepEqual(await ask(main, "message-with-ack", "still here"), ["still here"]);
    assert.deepEqual(leaked, []);
  });

  it("is told why a namespace refuses it", async () => {
    const error = async (namespace, options) => (await next(
      clients.open(server, namespace, options), "connect_error"))[0];
    const refused = await error("/refused", { auth: { token: "wrong" } });
    assert.equal(refused.message, "not authorized");
    assert.deepEqual(refused.data, { code: 7 });
    const unknown = await error("/nowhere");
    assert.equal(unknown.message, "Invalid namespace");
    assert.equal(unknown.data, undefined);
    assert.ok((await connect("/refused", { auth: { token: "secret" } })).connected);
  });

  it("leaves by packet, and the server knows", async () => {
    const [a, b] = await Promise.all([connect(), connect()]);
    const { id } = a;
    const left = nextWhere(b, "left", (who) => who === id);
    const gone = next(a, "disconnect");
    a.disconnect();
    assert.equal((await gone)[0], "io client disconnect");
    // The client closes the transport right behind the packet; the packet is what counts.
    assert.deepEqual(await left, [id, "client namespace disconnect"]);
  });

  it("leaves by closing the transport, and the server knows", async () => {
    const [a, b] = await Promise.all([connect(), connect()]);
    const { id } = a;
    const left = nextWhere(b, "left", (who) => who === id);
    a.io.engine.close();
    assert.deepEqual(await left, [id, "transport close"]);
  });

  for (const [event, reason] of [["bye", "io server disconnect"], ["bye-close", "io server disconnect"]]) {
    it(`is sent away by the server (${event})`, async () => {
      const [a, b] = await Promise.all([connect(), connect()]);
      const { id } = a;
      const left = nextWhere(b, "left", (who) => who === id);
      const gone = next(a, "disconnect");
      a.emit(event);
      assert.equal((await gone)[0], reason);
      assert.deepEqual(await left, [id, "server namespace disconnect"]);
    });
  }

  it("ends alone when its handler throws", async () => {
    const [a, b] = await Promise.all([connect(), connect()]);
    const gone = next(a, "disconnect");
    a.emit("throw");
    await gone;
    assert.deepEqual(await ask(b, "message-with-ack", "alive"), ["alive"]);
    assert.ok((await connect()).connected);
  });

  it("leaves nothing behind", async () => {
    const watcher = await connect();
    const [before] = await ask(watcher, "stats");
    const more = await Promise.all([...Array(8)].map(() => connect()));
    await Promise.all(more.map((socket, i) => ask(socket, "join", `left-behind-${i}`)));
    more.forEach((socket, i) => (i % 2 ? socket.disconnect() : socket.io.engine.close()));
    await settles(async () => (await ask(watcher, "stats"))[0], before, "nothing is left behind");
  });
}
