// Small options of the handshake and of the endpoint, and long-polling for pages of old.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { clientsOf, dropAll, next, openTcp, openWebSocket, polling, request } from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

const upgradeOf = (path) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

const sidOf = (body) => /"sid":"([^"]+)"/.exec(body)[1];

describe("cookie", () => {
  afterEach(dropAll);

  const expected = {
    "plain": () => undefined,
    "cookie": (sid) => [`io=${sid}; Path=/; HttpOnly; SameSite=Lax`],
    "cookie-full": (sid) => [`lb=${sid}; Max-Age=3600; Domain=example.org; Path=/chat; ` +
      "Expires=Sun, 06 Nov 1994 08:49:37 GMT; Secure; SameSite=None"],
    "cookie-bare": (sid) => [`io=${sid}`],
  };
  for (const [scenario, cookie] of Object.entries(expected)) {
    it(`is sent with the first response of a polling session only (${scenario})`, async () => {
      const server = await startServer("engine", ["--scenario", scenario]);
      const first = await request(server, polling());
      const sid = sidOf(first.body);
      assert.deepEqual(first.headers["set-cookie"], cookie(sid));
      const posted = await request(server, polling(`&sid=${sid}`), { method: "POST", body: "40" });
      assert.equal(posted.headers["set-cookie"], undefined);
      const got = await request(server, polling(`&sid=${sid}`));
      assert.equal(got.headers["set-cookie"], undefined);
      const tcp = await openTcp(server, upgradeOf("/socket.io/?EIO=4&transport=websocket"));
      assert.doesNotMatch(await tcp.until((text) => text.includes("\r\n\r\n")), /set-cookie/i);
      await dropAll();
      await server.stop();
    });
  }
});

describe("initial packet", () => {
  let server;
  before(async () => { server = await startServer("engine", ["--scenario", "initial"]); });
  afterEach(dropAll);
  after(() => server.stop());

  it("follows the handshake in its response", async () => {
    const { body } = await request(server, polling());
    assert.match(body, /^0\{[^}]+\}\x1e4hello "you"$/);
  });

  it("follows the handshake on a WebSocket", async () => {
    const socket = await openWebSocket(server);
    assert.match(await socket.receive(), /^0\{/);
    assert.equal(await socket.receive(), '4hello "you"');
  });
});

describe("a path without a slash at its end", () => {
  const clients = clientsOf();
  let server;
  before(async () => { server = await startServer("engine", ["--scenario", "no-slash"]); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());

  it("is served, and what is below it", async () => {
    for (const path of ["/socket.io?EIO=4&transport=polling", polling()]) {
      assert.equal((await request(server, path)).status, 200, path);
    }
  });

  it("serves clients that ask so", async () => {
    const options = { transports: ["polling", "websocket"], addTrailingSlash: false };
    const socket = await clients.connect(server, "/", options);
    socket.emit("message", 1);
    assert.deepEqual(await next(socket, "message-back"), [1]);
  });

  it("is no other path that begins so", { skip: isReference && "takes any" }, async () => {
    assert.equal((await request(server, "/socket.iox?EIO=4&transport=polling")).status, 404);
  });
});

describe("an upgrade that nobody serves", () => {
  afterEach(dropAll);

  it("is closed without an answer", async () => {
    const server = await startServer("engine");
    const tcp = await openTcp(server, upgradeOf("/other"));
    assert.equal(await tcp.text(), "");
    await server.stop();
  });

  it("is an HTTP request like others, if so wanted", { skip: isReference && "hangs" }, async () => {
    const server = await startServer("engine", ["--scenario", "no-destroy"]);
    const tcp = await openTcp(server, upgradeOf("/other"));
    assert.match(await tcp.text(), /^HTTP\/1\.1 404 Not Found\r\nConnection: close\r\n/);
    await server.stop();
  });
});

describe("JSONP polling", () => {
  let server;
  before(async () => { server = await startServer("engine"); });
  afterEach(dropAll);
  after(() => server.stop());

  /** Opens a session for callback `j`; get() gives what the page would receive. */
  async function open(j) {
    const first = await request(server, polling(`&j=${j}`));
    assert.equal(first.headers["content-type"], "text/plain; charset=UTF-8");
    const path = polling(`&sid=${/\\"sid\\":\\"([^\\]+)\\"/.exec(first.body)[1]}&j=${j}`);
    const post = (data, form = `d=${encodeURIComponent(data)}`) => request(server, path, {
      method: "POST", body: form, headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });
    const get = async () => (await request(server, path)).body;
    return { first: first.body, path, post, get };
  }

  /** What a script gives to the page's function number `j`. */
  function run(script, j) {
    const received = [];
    runInNewContext(script, { ___eio: { [j]: (text) => received.push(text) } });
    assert.equal(received.length, 1);
    return received[0];
  }

  async function joined(j) {
    const session = await open(j);
    assert.equal((await session.post("40")).body, "ok");
    assert.match(run(await session.get(), j), /^40\{"sid":"[\w-]{20}"\}$/);
    return session;
  }

  it("opens a session", async () => {
    const { first } = await open(7);
    assert.match(first, new RegExp('^___eio\\[7\\]\\("0\\{\\\\"sid\\\\":\\\\"[\\w-]{20}\\\\",' +
      '\\\\"upgrades\\\\":\\[\\\\"websocket\\\\"\\],\\\\"pingInterval\\\\":25000,' +
      '\\\\"pingTimeout\\\\":20000,\\\\"maxPayload\\\\":1000000\\}"\\);$'));
  });

  it("uses only the digits of the number", async () => {
    assert.match((await open("1x;alert(2)")).first, /^___eio\[12\]\("/);
    assert.match((await open("abc")).first, /^___eio\[\]\("/);
    assert.match((await open("")).first, /^___eio\[\]\("/);
  });

  it("escapes what a script cannot hold", async () => {
    const session = await joined(0);
    const text = '"\\\u2028\u2029\u202a\u007f\b\f\t\u0001☂😀</script>';
    await session.post(`42["message",${JSON.stringify(text)}]`);
    const script = await session.get();
    assert.equal(script, '___eio[0]("42[\\"message-back\\",\\"\\\\\\"\\\\\\\\' +
      '\\u2028\\u2029\u202a\u007f\\\\b\\\\f\\\\t\\\\u0001☂😀</script>\\"]");');
    assert.deepEqual(JSON.parse(run(script, 0).slice(2)), ["message-back", text]);
  });

  it("carries several packets, and binary", async () => {
    const session = await joined(3);
    await session.post(
      '42["message",1]\x1e451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
    assert.equal(run(await session.get(), 3),
      '42["message-back",1]\x1e451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
  });

  it("reads line ends as the client escapes them", async () => {
    const session = await joined(0);
    // A client sends "\n" for a line feed and "\\n" for what was "\n".
    for (const [sent, received] of [
      ['42["message","a\\\\nb"]', "a\nb"], ['42["message",\\n"c"]', "c"],
      ['42["message","d\\\\\\\\ne"]', "d\\\ne"],
      ['42["message","f+g h&i=j%"]', "f+g h&i=j%"],
    ]) {
      assert.equal((await session.post(sent)).body, "ok");
      assert.deepEqual(JSON.parse(run(await session.get(), 0).slice(2)), ["message-back", received]);
    }
  });

  it("takes a plus as a space", async () => {
    const session = await joined(0);
    await session.post("", "d=42%5B%22message%22%2C%22a+b%22%5D");
    assert.deepEqual(run(await session.get(), 0), '42["message-back","a b"]');
  });

  it("does nothing for a body without one field d", async () => {
    const session = await joined(0);
    for (const form of ["", "e=42", "d=1&d=1"]) {
      const { status, body } = await session.post("", form);
      assert.deepEqual([status, body], [200, "ok"], form);
    }
    await session.post('42["message"]');
    assert.equal(run(await session.get(), 0), '42["message-back"]');
  });

  it("ends with the close packet", async () => {
    const session = await joined(0);
    assert.equal((await session.post("1")).body, "ok");
    assert.equal((await request(server, session.path)).status, 400);
  });

  it("is what the first request says, for the whole session", async () => {
    const session = await joined(5);
    await session.post('42["message"]');
    const other = await request(server, session.path.replace("j=5", "j=6"));
    assert.equal(other.body, '___eio[5]("42[\\"message-back\\"]");');
  });

  it("upgrades", async () => {
    const session = await joined(0);
    const socket = await openWebSocket(server, session.path.replace(/.*&sid/, "&sid"));
    socket.send("2probe");
    assert.equal(await socket.receive(), "3probe");
    socket.send("5");
    socket.send('42["message"]');
    assert.equal(await socket.receive(), '42["message-back"]');
  });
});
