// The examples, each as its own program, with real clients.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { ask, clientsOf, collect, dropAll, next, nextWhere, polling, request } from "./peers.mjs";
import { isReference, settles, startServer } from "./server.mjs";

// Its own actors run on CAF's scheduler, whose hand-over TSan cannot see in the plain library.
const annotated = {
  skip: isReference ? "about our own programs"
    : process.env.TROUPE_SANITIZER === "tsan" && "actors on CAF's own scheduler",
};
const ours = { skip: isReference && "about our own programs" };

/** Starts the example `name` for the tests of a describe; `server()` is it, `clients` end with each. */
function example(name) {
  const clients = clientsOf(undefined, ["polling", "websocket"]);
  let server;
  before(async () => { server = await startServer(`examples/${name}`); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());
  return { clients, server: () => server };
}

describe("the example five_lines", ours, () => {
  const { clients, server } = example("five_lines");

  it("relays chat to everybody, its sender too", async () => {
    const all = await Promise.all([...Array(3)].map(() => clients.connect(server())));
    for (const message of ["hello", { from: "b", tags: [1, null] }, Buffer.from([0, 255])]) {
      const heard = all.map((socket) => next(socket, "chat"));
      all[1].emit("chat", message);
      for (const one of heard) assert.deepEqual(await one, [message]);
    }
  });

  it("ends in order on SIGINT, its clients gone", async () => {
    const other = await startServer("examples/five_lines");
    const socket = await clients.connect(other);
    const gone = next(socket, "disconnect");
    await other.stop("SIGINT");
    assert.match((await gone)[0], /^transport (close|error)$/);
  });
});

describe("the example room_chat", ours, () => {
  const { clients, server } = example("room_chat");
  const connect = (name) => clients.connect(server(), "/", { auth: { name } });

  it("lets nobody in without a name", async () => {
    for (const auth of [undefined, {}, { name: 7 }, { name: "" }, { name: "x".repeat(33) }]) {
      const refusal = await clients.connect(server(), "/", { auth }).catch((error) => error);
      assert.equal(refusal.message, "a name is needed");
      assert.deepEqual(refusal.data, { characters_max: 32 });
    }
  });

  it("carries what is said to the others in the room only", async () => {
    const [ann, bob, eve] = await Promise.all(["Ann", "Bob", "Eve"].map(connect));
    const heard = [];
    for (const socket of [ann, eve]) socket.on("said", (...args) => heard.push([socket, ...args]));
    assert.deepEqual(await ask(ann, "join", "tea"), [true]);
    const joined = next(ann, "joined");
    assert.deepEqual(await ask(bob, "join", "tea"), [true]);
    assert.deepEqual(await joined, ["tea", "Bob"]);
    const said = next(ann, "said");
    assert.deepEqual(await ask(bob, "say", "tea", "hello ☂"), [true]);
    assert.deepEqual(await said, ["tea", "Bob", "hello ☂"]);
    assert.deepEqual(await ask(eve, "say", "tea", "let me in"), [false]);
    const left = next(ann, "left");
    assert.deepEqual(await ask(bob, "leave", "tea"), [true]);
    assert.deepEqual(await left, ["tea", "Bob"]);
    assert.deepEqual(await ask(bob, "leave", "tea"), [false]);
    assert.deepEqual(heard, [[ann, "tea", "Bob", "hello ☂"]]);
  });

  it("tells a room who vanished", async () => {
    const [ann, bob] = await Promise.all(["Ann", "Bob"].map(connect));
    const rooms = ["cake", "milk"];  // Of the test before some may still be leaving theirs.
    for (const room of rooms) {
      await ask(ann, "join", room);
      await ask(bob, "join", room);
    }
    const left = collect(ann, "left", 2);
    bob.disconnect();
    assert.deepEqual((await left).sort(), rooms.map((room) => [room, "Bob"]));
  });

  it("says which argument does not fit", async () => {
    const ann = await connect("Ann");
    assert.deepEqual(await ask(ann, "say", "tea", 5), [{ error: "argument 2: expected string" }]);
    assert.deepEqual(await ask(ann, "join", "water"), [true]);
  });
});

describe("the example embedded_caf", annotated, () => {
  const { clients, server } = example("embedded_caf");

  it("relays chat, and its actors tell everybody the sums", async () => {
    const [a, b] = [await clients.connect(server()), await clients.connect(server())];
    const heard = collect(b, "chat", 2);
    const sums = [a, b].map((socket) => nextWhere(socket, "summary", (sum) => sum.messages === 2));
    assert.deepEqual(await ask(a, "chat", "one two  three"), [1]);
    assert.deepEqual(await ask(b, "chat", "four"), [2]);
    assert.deepEqual(await heard, [["one two  three"], ["four"]]);
    for (const one of sums) assert.deepEqual(await one, [{ messages: 2, words: 4 }]);
  });

  it("asks newcomers for their names, and introduces them to those who said theirs", async () => {
    const silent = await clients.connect(server());
    silent.on("newcomer", () => assert.fail("it has not said its name"));
    const arrive = (name) => {
      const socket = clients.open(server());
      socket.on("name?", (reply) => reply(name));
      return socket;
    };
    const first = arrive("first");
    assert.deepEqual(await next(first, "newcomer"), ["first"]);
    const seen = next(first, "newcomer");
    assert.deepEqual(await next(arrive("second"), "newcomer"), ["second"]);
    assert.deepEqual(await seen, ["second"]);
  });
});

describe("the example guarded", ours, () => {
  const { clients, server } = example("guarded");
  const sending = (headers) => ({ extraHeaders: headers });

  it("lets in who says who it is, from pages that it names", async () => {
    const all = await Promise.all(["https://example.org", "https://chat.example.org"].map(
      (Origin) => clients.connect(server(), "/", sending({ Origin, Authorization: "x" }))));
    const heard = all.map((socket) => next(socket, "chat"));
    all[0].emit("chat", "hello");
    for (const one of heard) assert.deepEqual(await one, ["hello"]);
  });

  it("refuses others, and says why", async () => {
    for (const [headers, message] of [
      [{}, "who are you?"], [{ Authorization: "x", Origin: "https://else.example" }, "Forbidden"],
    ]) {
      const { status, body } = await request(server(), polling(), { headers });
      assert.deepEqual([status, JSON.parse(body)], [403, { code: 4, message }]);
    }
  });

  it("gives its responses their fields", async () => {
    const { headers } = await request(server(), polling(), { headers: { Authorization: "x" } });
    assert.equal(headers["strict-transport-security"], "max-age=31536000");
    assert.equal(headers["x-served-by"], "a");
  });
});

describe("the example values", ours, () => {
  const { clients, server } = example("values");

  it("takes and gives structs, containers, binary, JSON and anything", async () => {
    const [a, b] = [await clients.connect(server()), await clients.connect(server())];
    const heard = next(b, "stroke");
    const stroke = { ink: "green", points: [{ x: 1, y: 2.5 }, { x: -3, y: 0 }] };
    assert.deepEqual(await ask(a, "stroke", stroke), [2]);
    assert.deepEqual(await heard, [{ ...stroke, label: null }]);
    assert.deepEqual(await ask(a, "scores", { ann: 3, bob: 4 }), [7]);
    assert.deepEqual(await ask(a, "document", { n: [1] }), [{ n: [1], seen: true }]);
    for (const [event, sent] of [["picture", Buffer.from([1, 0, 255])],
      ["anything", { deep: [{ bytes: Buffer.from([7]) }] }]]) {
      const back = next(b, event);
      a.emit(event, sent);
      assert.deepEqual(await back, [sent]);
    }
    for (const [user, name] of [[{ user: { name: "Eve" } }, "Eve"], [{ user: 3 }, "nobody"]]) {
      const said = next(a, "it is");
      a.emit("who", user);
      assert.deepEqual(await said, [name]);
    }
    a.on("where?", (answer) => answer({ x: 1, y: 2 }));
    const place = next(a, "you are at");
    a.emit("ask me");
    assert.deepEqual(await place, [{ x: 1, y: 2 }]);
  });

  it("says what does not fit", async () => {
    const socket = await clients.connect(server());
    const [{ error }] = await ask(socket, "stroke", { ink: "blue", points: [] });
    assert.match(error, /ink/);
    const [{ error: other }] = await ask(socket, "scores", { ann: "many" });
    assert.match(other, /^argument 1.*whole number/);
  });
});

describe("the example from_node, the guide's code", ours, () => {
  const { clients, server } = example("from_node");
  const auth = { token: "secret" };
  const connect = (nsp = "/") => clients.connect(server(), nsp, { auth });

  it("lets in whom its middleware knows", async () => {
    const refusal = await clients.connect(server(), "/", { auth: {} }).catch((error) => error);
    assert.equal(refusal.message, "not authorized");
    assert.deepEqual(refusal.data, { retry: false });
  });

  it("hears events, once and for good", async () => {
    const socket = await connect();
    const welcome = next(socket, "welcome");
    socket.emit("hello", "Ann", { any: ["thing"] });
    assert.deepEqual(await welcome, ["Ann", 42, [1, 2], { any: ["thing"] }]);
    let heard = 0;
    socket.on("only once", () => { ++heard; });
    socket.emit("first");
    socket.emit("first");
    assert.deepEqual(await ask(socket, "sum", 1, 2), [3]);
    assert.equal(heard, 1);
  });

  it("answers and asks", async () => {
    const socket = await connect();
    assert.deepEqual(await ask(socket, "later", 7), ["got", 7]);
    socket.on("question", (number, reply) => reply(number + 1));
    const said = next(socket, "you said");
    socket.emit("ask me");
    assert.deepEqual(await said, [2]);
  });

  it("knows what a middleware found out about the request", async () => {
    const options = { auth, extraHeaders: { "X-User": "Ann" } };
    const socket = await clients.connect(server(), "/", options);
    assert.deepEqual(await ask(socket, "who am I"), ["Ann"]);
  });

  it("counts the members of a room", async () => {
    const socket = await connect();
    const counted = next(socket, "in milk");
    socket.emit("members");
    assert.deepEqual(await counted, [0]);
  });

  it("reaches the receivers that each call means", async () => {
    const [one, other] = await Promise.all([connect(), connect()]);
    const heard = { one: [], other: [] };
    one.onAny((name) => heard.one.push(name));
    other.onAny((name) => heard.other.push(name));
    const last = next(other, "c");
    one.emit("to all kinds");
    assert.deepEqual(await ask(one, "sum", 1, 2), [3]);
    assert.deepEqual(heard.one.filter((name) => name !== "h"), ["a", "b", "d", "e", "g"]);
    await last;
    assert.deepEqual(await ask(other, "sum", 1, 2), [3]);
    assert.deepEqual(heard.other, ["b", "c"]);
  });

  it("makes namespaces as they are asked for", async () => {
    const admin = next(clients.open(server(), "/admin", { auth }), "you are admin");
    assert.deepEqual(await admin, []);
    const room = next(clients.open(server(), "/room-101", { auth }), "joined");
    assert.deepEqual(await room, ["/room-101"]);
    const refusal = await connect("/room-x").catch((error) => error);
    assert.equal(refusal.message, "Invalid namespace");
  });

  it("collects the answers to a broadcast", async () => {
    const all = await Promise.all([connect(), connect(), connect()]);
    for (const socket of all) socket.on("your vote?", (reply) => reply("yes"));
    await settles(async () => {  // Who is leaving just then is asked in vain.
      const votes = next(all[0], "votes");
      all[0].emit("vote");
      return votes;
    }, [3], "all three vote");
  });
});
