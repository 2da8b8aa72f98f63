// What the server's user may hang into requests: allow_request, middlewares, ids, events.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import {
  ask, clientsOf, dropAll, firstOf, next, openTcp, openWebSocket, polling, request, transportSets,
} from "./peers.mjs";
import { isReference, settles, startServer } from "./server.mjs";

const upgradeOf = (query) =>
  `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: x\r\n` +
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A server of a scenario for the tests of one suite, and a way to it that ends with each test. */
function served(scenario) {
  const clients = clientsOf();
  const suite = { clients };
  before(async () => { suite.server = await startServer("engine", ["--scenario", scenario]); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => suite.server.stop());
  suite.get = (query, options) => request(suite.server, polling(query), options);
  suite.upgrade = async (query) => (await openTcp(suite.server, upgradeOf(query))).text();
  suite.header = async (query) => (await openTcp(suite.server, upgradeOf(query)))
    .until((text) => text.includes("\r\n\r\n"));
  suite.outcome = async (options) => {
    const socket = clients.open(suite.server, "/", options);
    const [event] = await firstOf(socket, ["connect", "connect_error"]);
    return event === "connect" ? "connected" : "refused";
  };
  return suite;
}

describe("allow_request", () => {
  const suite = served("allow");

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`lets clients in and refuses them, at once and later (${name})`, async () => {
      for (const [verdict, expected] of [
        ["yes", "connected"], ["no", "refused"], ["later", "connected"], ["later-no", "refused"],
      ]) {
        assert.equal(await suite.outcome({ transports, query: { verdict } }), expected, verdict);
      }
    });
  }

  it("says why to a polling client", async () => {
    const no = await suite.get("&verdict=no");
    assert.deepEqual([no.status, no.headers["content-type"], no.body],
      [403, "application/json", '{"code":4,"message":"Forbidden"}']);
    const because = await suite.get("&verdict=because");
    assert.deepEqual([because.status, because.body], [403, '{"code":4,"message":"Not \\"you\\""}']);
  });

  it("says why to a WebSocket, by HTTP", async () => {
    const status = isReference ? "400 Bad Request" : "403 Forbidden";
    const answer = (await suite.upgrade("&verdict=because")).replace(/Date: .{29}\r\n/, "");
    assert.equal(answer, `HTTP/1.1 ${status}\r\n` +
      'Connection: close\r\nContent-type: text/html\r\nContent-Length: 9\r\n\r\nNot "you"');
  });

  it("is asked once a session, not for its requests", async () => {
    const { body } = await suite.get("&verdict=yes");
    const { sid } = JSON.parse(body.slice(1));
    const posted = await suite.get(`&sid=${sid}&verdict=no`, { method: "POST", body: "1" });
    assert.equal(posted.body, "ok");
  });

  it("is not asked about requests that are wrong anyway", async () => {
    const { status, body } =
      await request(suite.server, "/socket.io/?EIO=4&transport=no&verdict=no");
    assert.deepEqual([status, body], [400, '{"code":0,"message":"Transport unknown"}']);
  });

  it("counts its first answer", async () => {
    assert.equal((await suite.get("&verdict=both")).status, 200);
  });

  it("may answer when the client is gone", async () => {
    const tcp = await openTcp(suite.server,
      "GET /socket.io/?EIO=4&transport=polling&verdict=later HTTP/1.1\r\nHost: x\r\n\r\n");
    tcp.destroy();
    assert.equal((await suite.get("&verdict=later")).status, 200);
  });

  const ours = { skip: isReference && "waits for ever, or ends the process" };
  it("costs only its request when it throws", ours, async () => {
    assert.equal((await suite.get("&verdict=throws")).status, 500);
    assert.match(await suite.upgrade("&verdict=throws"), /^HTTP\/1\.1 500 /);
    assert.equal((await suite.get("&verdict=yes")).status, 200);
  });

  it("does not keep a server from ending", ours, async () => {
    const server = await startServer("engine", ["--scenario", "allow-never"]);
    const tcp = await openTcp(server,
      "GET /socket.io/?EIO=4&transport=polling&verdict=never HTTP/1.1\r\nHost: x\r\n\r\n");
    await request(server, "/socket.io/?EIO=4&transport=no");  // It has come by now.
    await server.stop();
    assert.match(await tcp.text(), /^HTTP\/1\.1 503 /);
  });
});

describe("allow_request's deadline", { skip: isReference && "waits for ever" }, () => {
  const suite = served("allow-deadline");

  it("is the request's", async () => {
    const { status, headers } = await suite.get("&verdict=never");
    assert.deepEqual([status, headers.connection], [503, "close"]);
    assert.match(await suite.upgrade("&verdict=never"), /^HTTP\/1\.1 503 /);
  });
});

describe("middlewares of the engine", () => {
  const suite = served("middleware");

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`see every request, in order (${name})`, async () => {
      const socket = await suite.clients.connect(suite.server, "/", { transports });
      socket.emit("message", "a");
      assert.deepEqual(await next(socket, "message-back"), ["a"]);
      const [seen] = await ask(socket, "seen");
      assert.ok(seen.includes(`first ${transports[0]}`));
      assert.ok(seen.includes(`second ${transports.at(-1)}`));
    });
  }

  it("give the response headers", async () => {
    const { status, headers, body } = await suite.get();
    assert.equal(status, 200);
    assert.equal(headers["x-order"], "first, second");
    const { sid } = JSON.parse(body.slice(1));
    const posted = await suite.get(`&sid=${sid}`, { method: "POST", body: "1" });
    assert.equal(posted.headers["x-order"], "first, second");
    assert.match(await suite.header(""), /^HTTP\/1\.1 101 [^]*\r\nX-Order: first, second\r\n/);
  });

  it("give them to refused requests as well", async () => {
    const { status, headers } = await request(suite.server, "/socket.io/?EIO=4&transport=no");
    assert.deepEqual([status, headers["x-order"]], [400, "first, second"]);
  });

  it("may answer themselves", async () => {
    const { status, headers, body } = await suite.get("&mw=end");
    assert.deepEqual([status, headers["x-order"], body], [401, "first", "who are you?"]);
  });

  it("may refuse", async () => {
    const { status, body } = await suite.get("&mw=fail");
    assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
    assert.match(await suite.upgrade("&mw=fail"), /^HTTP\/1\.1 400 [^]*\r\n\r\nBad request$/);
  });

  it("may take their time", async () => {
    const { status, headers, body } = await suite.get("&mw=later");
    assert.deepEqual([status, headers["x-order"]], [200, "first, second"]);
    const { sid } = JSON.parse(body.slice(1));
    const posted = await suite.get(`&sid=${sid}&mw=later`, { method: "POST", body: "1" });
    assert.equal(posted.body, "ok");
    assert.match(await suite.header("&mw=later"), /^HTTP\/1\.1 101 /);
    assert.equal((await suite.get("&mw=later-end")).status, 401);
  });

  it("may call next twice", async () => {
    assert.equal((await suite.get("&mw=twice")).headers["x-order"], "first, second");
  });

  const ours = { skip: isReference && "does otherwise" };
  it("answer an upgrade by HTTP", ours, async () => {
    assert.match(await suite.upgrade("&mw=end"),
      /^HTTP\/1\.1 401 Unauthorized\r\nConnection: close\r\n[^]*\r\n\r\nwho are you\?$/);
  });

  it("cost only their request when they throw", ours, async () => {
    assert.equal((await suite.get("&mw=throws")).status, 500);
    assert.equal((await suite.get()).status, 200);
  });

  it("do not see what is not Engine.IO's", async () => {
    assert.equal((await request(suite.server, "/other")).headers["x-order"], undefined);
  });
});

describe("middlewares' deadline", { skip: isReference && "waits for ever" }, () => {
  const suite = served("middleware-deadline");

  it("is the request's", async () => {
    assert.equal((await suite.get("&mw=never")).status, 503);
  });
});

describe("events of the engine", () => {
  const suite = served("events");

  const errors = async () => {
    const socket = await suite.clients.connect(suite.server);
    return (await ask(socket, "errors"))[0];
  };

  it("tell who was refused, and why", async () => {
    const opened = await suite.get();
    const { sid } = JSON.parse(opened.body.slice(1));
    await errors();
    for (const path of [
      "/socket.io/?EIO=4&transport=no", polling("&sid=unknown"),
      "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=3&transport=polling",
      `/socket.io/?EIO=3&transport=polling&sid=${sid}`,
      `/socket.io/?EIO=4&transport=websocket&sid=${sid}`, polling("&verdict=because"),
    ]) await request(suite.server, path);
    await suite.get("", { method: "POST" });
    await suite.upgrade("&sid=unknown");
    assert.deepEqual(await errors(), [
      { code: 0, message: "Transport unknown", context: { transport: "no" } },
      { code: 1, message: "Session ID unknown", context: { sid: "unknown" } },
      { code: 3, message: "Bad request", context: { name: "TRANSPORT_HANDSHAKE_ERROR" } },
      { code: 5, message: "Unsupported protocol version", context: { protocol: "3" } },
      { code: 3, message: "Bad request",
        context: { name: "PROTOCOL_MISMATCH", protocol: "3", previousProtocol: "4" } },
      { code: 3, message: "Bad request", context: {
        name: "TRANSPORT_MISMATCH", transport: "websocket", previousTransport: "polling" } },
      { code: 4, message: "Forbidden", context: { message: "Not you" } },
      { code: 2, message: "Bad handshake method", context: { method: "POST" } },
      { code: 1, message: "Session ID unknown", context: { sid: "unknown" } },
    ]);
  });

  it("let headers be added, to the first response and to each", async () => {
    const first = await suite.get();
    assert.deepEqual([first.headers["x-initial"], first.headers["x-each"]], ["1", "1"]);
    const { sid } = JSON.parse(first.body.slice(1));
    const posted = await suite.get(`&sid=${sid}`, { method: "POST", body: "40" });
    assert.deepEqual([posted.headers["x-initial"], posted.headers["x-each"]], [undefined, "1"]);
    const got = await suite.get(`&sid=${sid}`);
    assert.deepEqual([got.headers["x-initial"], got.headers["x-each"]], [undefined, "1"]);
    const probe = await suite.header(`&sid=${sid}`);
    assert.match(probe, /\r\nX-Each: 1\r\n/);
    assert.doesNotMatch(probe, /X-Initial/);
    const alone = await suite.header("");
    assert.match(alone, /\r\nX-Each: 1\r\n/);
    assert.match(alone, /\r\nX-Initial: 1\r\n/);
  });

  it("count the clients", async () => {
    const first = await suite.clients.connect(suite.server);
    const count = () => ask(first, "clients-count");
    await settles(count, [1], "the others have left");
    await suite.clients.connect(suite.server);
    assert.deepEqual(await count(), [2]);
  });
});

for (const scenario of ["ids", "ids-later"]) {
  describe(`generate_id (${scenario})`, () => {
    const suite = served(scenario);

    it("gives sessions their ids", async () => {
      for (let i = 0; i < 8; ++i) {
        const { body } = await suite.get(`&id=mine-${i}.a~b_c`);
        const { sid } = JSON.parse(body.slice(1));
        assert.equal(sid, `mine-${i}.a~b_c`);
        assert.equal((await suite.get(`&sid=${sid}`, { method: "POST", body: "40" })).body, "ok");
        assert.match((await suite.get(`&sid=${sid}`)).body, /^40\{"sid":"[\w-]{20}"\}$/);
        assert.equal((await suite.get(`&sid=${sid}`, { method: "POST", body: "1" })).body, "ok");
      }
      const socket = await openWebSocket(suite.server, "&id=of-a-websocket");
      assert.equal(JSON.parse((await socket.receive()).slice(1)).sid, "of-a-websocket");
    });

    it("serves clients that upgrade", async () => {
      for (let i = 0; i < 4; ++i) {
        const socket = await suite.clients.connect(suite.server, "/",
          { transports: transportSets.upgrade, query: { id: `upgraded-${i}` } });
        assert.equal(socket.io.engine.id, `upgraded-${i}`);
        socket.emit("message", i);
        assert.deepEqual(await next(socket, "message-back"), [i]);
      }
    });

    it("refuses when it fails", async () => {
      const { status, body } = await suite.get("&id=fail");
      assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
    });

    it("refuses an id that is in use or no id", { skip: isReference && "takes any" }, async () => {
      assert.equal((await suite.get("&id=twice")).status, 200);
      assert.equal((await suite.get("&id=twice")).status, 400);
      assert.match(await suite.upgrade("&id=twice"), /^HTTP\/1\.1 400 /);
      assert.equal((await suite.get("&id=a%22b")).status, 400);
      assert.equal((await suite.get(`&id=${"x".repeat(129)}`)).status, 400);
    });
  });
}
