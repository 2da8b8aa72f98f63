// Handshakes and WebSockets by hand: what the server answers where a client library would not even
// ask. polling.test.mjs is about polling sessions.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import {
  dropAll, joinPolling, joinWebSocket, openTcp, openWebSocket, polling, request,
} from "./peers.mjs";
import { isReference, slowness, startServer, within } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const json = "application/json";
const error = (code, message) => ({ status: 400, type: json, body: JSON.stringify({ code, message }) });
const transportUnknown = error(0, "Transport unknown");
const sessionUnknown = error(1, "Session ID unknown");
const badMethod = error(2, "Bad handshake method");
const badRequest = error(3, "Bad request");
const badVersion = error(5, "Unsupported protocol version");

const upgradeHeaders = (extra = "") =>
  `Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${extra}\r\n`;

/** An Engine.IO packet of so many bytes, which is echoed. */
const messageOf = (length) => `42["message","${"x".repeat(length - 16)}"]`;

describe("HTTP", () => {
  const server = sharedServer();

  async function answers(path, options, expected) {
    const answer = await request(server, path, options);
    assert.deepEqual(
      { status: answer.status, type: answer.headers["content-type"], body: answer.body }, expected);
    assert.equal(answer.headers["content-length"] ?? String(answer.body.length),
      String(Buffer.byteLength(expected.body)));
  }

  describe("handshake", () => {
    it("opens a session", async () => {
      const { status, headers, body } = await request(server, polling());
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "text/plain; charset=UTF-8");
      assert.equal(headers["cache-control"], "no-store");
      assert.match(body, new RegExp('^0\\{"sid":"[\\w-]{20}","upgrades":\\["websocket"\\],' +
        '"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\\}$'));
    });

    it("opens a session over WebSocket, without a subprotocol", async () => {
      const socket = await openWebSocket(server);
      assert.equal(socket.protocol, "");
      assert.equal(socket.extensions, "");
      assert.match(await socket.receive(), new RegExp('^0\\{"sid":"[\\w-]{20}","upgrades":\\[\\],' +
        '"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000\\}$'));
    });

    it("is dated, as every answer", async () => {
      for (const path of [polling(), "/other", polling("&sid=unknown")]) {
        const earliest = Date.now() - 2000;  // It is in whole seconds, written once in each.
        const { headers } = await request(server, path);
        assert.match(headers.date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, path);
        const told = Date.parse(headers.date);
        assert.ok(earliest <= told && told <= Date.now(), `${path}: ${headers.date}`);
      }
    });

    it("tells Internet Explorer not to look for scripts in it", async () => {
      for (const agent of ["Mozilla/4.0 (compatible;MSIE 8.0)", "Mozilla/5.0 (Windows; Trident/7.0)"]) {
        const { headers } = await request(server, polling(), { headers: { "User-Agent": agent } });
        assert.equal(headers["x-xss-protection"], "0");
      }
    });

    const cases = [
      ["no transport", "/socket.io/?EIO=4", {}, transportUnknown],
      ["an unknown transport", "/socket.io/?EIO=4&transport=abc", {}, transportUnknown],
      ["transport constructor", "/socket.io/?EIO=4&transport=constructor", {}, transportUnknown],
      ["a made-up sid", polling("&sid=AAAAAAAAAAAAAAAAAAAA"), {}, sessionUnknown],
      ["a made-up sid by POST", polling("&sid=x"), { method: "POST", body: "40" }, sessionUnknown],
      ["a long made-up sid", polling(`&sid=${"x".repeat(5000)}`), {}, sessionUnknown],
      ["POST without a sid", polling(), { method: "POST", body: "" }, badMethod],
      ["PUT without a sid", polling(), { method: "PUT", body: "" }, badMethod],
      ["OPTIONS where CORS is off", polling(), { method: "OPTIONS" }, badMethod],
      ["websocket without an upgrade", "/socket.io/?EIO=4&transport=websocket", {}, badRequest],
      ["an old version", "/socket.io/?EIO=3&transport=polling", {}, badVersion],
      ["no version", "/socket.io/?transport=polling", {}, badVersion],
      ["a strange version", "/socket.io/?EIO=abc&transport=polling", {}, badVersion],
    ];
    for (const [what, path, options, expected] of cases) {
      it(`refuses ${what}`, () => answers(path, options, expected));
    }

    it("refuses what is outside the path", async () => {
      for (const path of ["/other", "/socket.io?EIO=4&transport=polling", "/socket.iox/"]) {
        assert.equal((await request(server, path)).status, 404, path);
      }
    });

    const upgrades = [
      ["no transport", "/socket.io/?EIO=4", "Transport unknown"],
      ["an unknown transport", "/socket.io/?EIO=4&transport=abc", "Transport unknown"],
      ["a made-up sid", "/socket.io/?EIO=4&transport=websocket&sid=x", "Session ID unknown"],
    ];
    for (const [what, path, message] of upgrades) {
      it(`refuses an upgrade with ${what}`, async () => {
        const tcp = await openTcp(server, `GET ${path} HTTP/1.1\r\n${upgradeHeaders()}`);
        const answer = (await tcp.text()).replace(/Date: .{29}\r\n/, "");
        assert.equal(answer, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n" +
          `Content-type: text/html\r\nContent-Length: ${message.length}\r\n\r\n${message}`);
      });
    }

    it("refuses an upgrade with an old version", { skip: isReference && "answers 101 first" }, async () => {
      const tcp = await openTcp(server,
        `GET /socket.io/?EIO=3&transport=websocket HTTP/1.1\r\n${upgradeHeaders()}`);
      assert.match(await tcp.text(), /^HTTP\/1\.1 400 .*\r\n\r\nUnsupported protocol version$/s);
    });
  });

  describe("CORS", () => {
    const origin = "http://chat.example";
    let open;
    before(async () => { open = await startServer("e2e", ["--cors-origin", origin]); });
    after(() => open.stop());

    it("lets the named origin in", async () => {
      const { status, headers } = await request(open, polling(), { headers: { Origin: origin } });
      assert.equal(status, 200);
      assert.equal(headers["access-control-allow-origin"], origin);
      assert.match(headers.vary, /\bOrigin\b/);
    });

    it("answers a preflight request", async () => {
      const { status, headers, body } = await request(open, polling(), {
        method: "OPTIONS",
        headers: {
          Origin: origin,
          "Access-Control-Request-Method": "POST",
          "Access-Control-Request-Headers": "x-token,content-type",
        },
      });
      assert.equal(status, 204);
      assert.equal(body, "");
      assert.equal(headers["access-control-allow-origin"], origin);
      assert.equal(headers["access-control-allow-methods"], "GET,HEAD,PUT,PATCH,POST,DELETE");
      assert.equal(headers["access-control-allow-headers"], "x-token,content-type");
    });

    it("says nothing where it is off", async () => {
      const { headers } = await request(server, polling(), { headers: { Origin: origin } });
      assert.equal(headers["access-control-allow-origin"], undefined);
    });
  });

  describe("WebSocket session", () => {
    it("closes without a code on a bad packet", async () => {
      for (const bad of ["9", "", "4abc", '42["x"', "2", '42/x,["a"]', Buffer.from([1])]) {
        const socket = await joinWebSocket(server);
        socket.send(bad);
        assert.equal(await within(socket.closed, `closed on ${bad}`), 1005);
      }
    });

    it("closes an oversize message with 1009", async () => {
      const socket = await joinWebSocket(server);
      const exact = messageOf(1e6);
      socket.send(exact);
      assert.equal((await socket.receive()).length, exact.length + 5);
      socket.send(Buffer.alloc(1e6 + 1));
      assert.equal(await within(socket.closed, "closed"), 1009);
    });

    it("ends on its close packet", { skip: isReference && "it is ignored there" }, async () => {
      const socket = await joinWebSocket(server);
      socket.send("1");
      await within(socket.closed, "closed");
    });

    it("answers a WebSocket ping", async () => {
      const socket = await joinWebSocket(server);
      const pong = once(socket, "pong");
      socket.ping("abc");
      assert.equal(String((await within(pong, "a pong"))[0]), "abc");
    });

    it("takes an event right behind CONNECT", { skip: isReference && "it closes there" }, async () => {
      const socket = await openWebSocket(server);
      socket.send("40");
      socket.send('421["message-with-ack","early"]');
      await socket.receiveWhere((m) => m === '431["early"]', "the acknowledgement");
    });

    it("does not send a session where its id is not known", async () => {
      const victim = await joinWebSocket(server);
      const tcp = await openTcp(server, `GET /socket.io/?EIO=4&transport=websocket&sid=${victim.id} ` +
        `HTTP/1.1\r\n${upgradeHeaders()}`);  // The socket's id is public; the session's is not.
      assert.match(await tcp.text(), /^HTTP\/1\.1 400 .*Session ID unknown$/s);
      victim.send('421["message-with-ack"]');
      await victim.receiveWhere((m) => m === "431[]", "the acknowledgement");
    });
  });
});

describe("upgrade", () => {
  // By that alone the reference ends what is no upgrade.
  const server = sharedServer(isReference ? ["--upgrade-timeout", "2000"] : []);
  const query = (session) => `&sid=${session.sid}`;

  /** The probe answered, and the GET that waited for it. */
  async function probe(session, where = server) {
    const held = session.get();
    const socket = await openWebSocket(where, query(session));
    socket.send("2probe");
    assert.equal(await socket.receive("the probe's answer"), "3probe");
    assert.equal((await held).body, "6");
    return socket;
  }

  it("moves the session over", async () => {
    const session = await joinPolling(server);
    const socket = await probe(session);
    socket.send("5");
    socket.send('421["message-with-ack","moved"]');
    assert.equal(await socket.receive(), '431["moved"]');
    const late = await session.get();
    assert.deepEqual([late.status, late.body], [400, '{"code":3,"message":"Bad request"}']);
  });

  it("flushes over WebSocket what waited", async () => {
    const session = await joinPolling(server);
    const socket = await probe(session);
    await session.post('421["message-with-ack","waited"]');
    socket.send("5");
    const first = await socket.receive();
    assert.equal(first, '431["waited"]');
  });

  it("leaves the session as it was when it stops before the probe or after", async () => {
    const strict = await startServer("e2e", ["--upgrade-timeout", String(1000 * slowness)]);
    const mute = (session) => openWebSocket(strict, query(session));
    await Promise.all([mute, (session) => probe(session, strict)].map(async (begin) => {
      const session = await joinPolling(strict);
      const socket = await begin(session);
      await within(socket.closed, "the upgrade is given up");
      await session.post('421["message-with-ack","still"]');
      assert.equal((await session.get()).body, '431["still"]');
    }));
    await dropAll();
    await strict.stop();
  });

  it("leaves the session as it was on another first packet", async () => {
    const session = await joinPolling(server);
    const socket = await openWebSocket(server, query(session));
    socket.send('42["message","too early"]');
    await within(socket.closed, "closed");
    await session.post('421["message-with-ack","still"]');
    assert.equal((await session.get()).body, '431["still"]');
  });

  it("refuses a second WebSocket while one is upgrading, and after", async () => {
    const session = await joinPolling(server);
    const socket = await probe(session);
    const second = await openWebSocket(server, query(session));
    await within(second.closed, "the second is closed");
    socket.send("5");
    const third = await openWebSocket(server, query(session));
    await within(third.closed, "the third is closed");
    socket.send('421["message-with-ack","still"]');
    assert.equal(await socket.receive(), '431["still"]');
  });

  it("refuses a WebSocket for a session that began as one", async () => {
    const socket = await joinWebSocket(server);
    const second = await openWebSocket(server, query(socket.handshake));
    await within(second.closed, "the second is closed");
    socket.send('421["message-with-ack","still"]');
    assert.equal(await socket.receive(), '431["still"]');
  });
});
