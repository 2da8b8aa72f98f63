// Requests by hand: what the server answers where a client library would not even ask.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, before, describe, it } from "node:test";
import {
  clientsOf, dropAll, joinPolling, joinWebSocket, nextWhere, openPolling, openTcp, openWebSocket,
  polling, request,
} from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

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

/** Resolves when the session is no more: the next request to it is told so. */
async function isGone(session) {
  for (;;) {
    const answer = await session.get();
    if (answer.status === 400) {
      assert.deepEqual(JSON.parse(answer.body), { code: 1, message: "Session ID unknown" });
      return;
    }
  }
}

describe("HTTP", () => {
  const clients = clientsOf();
  let server;
  before(async () => { server = await startServer(); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());

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
        assert.equal(await tcp.text(), "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n" +
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

  describe("polling session", () => {
    it("takes payloads and gives them", async () => {
      const session = await joinPolling(server);
      const posted = await session.post('42["message","a"]\x1e42["message","☂"]');
      assert.deepEqual([posted.status, posted.body], [200, "ok"]);
      assert.equal(posted.headers["content-type"], "text/html");
      assert.equal(posted.headers["content-length"], "2");
      assert.equal((await session.get()).body, '42["message-back","a"]\x1e42["message-back","☂"]');
    });

    it("holds a GET until there is something", async () => {
      const session = await joinPolling(server);
      const held = session.get();
      await session.post('421["message-with-ack",1]');
      assert.equal((await held).body, "431[1]");
    });

    it("carries binary as base64", async () => {
      const session = await joinPolling(server);
      await session.post('451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
      assert.equal((await session.get()).body,
        '451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
    });

    it("closes on its close packet and answers the held GET", async () => {
      const session = await joinPolling(server);
      const held = await session.hold();
      assert.equal((await session.post("1")).body, "ok");
      assert.match(await held.text(), /^HTTP\/1\.1 200 .*\r\n\r\n6$/s);
      await isGone(session);
    });

    it("is told of its end before the transport's, in another payload", async () => {
      // A client handles "1" at once and "41" a turn later: in one payload it would see a broken
      // connection, and come back.
      const session = await joinPolling(server);
      const held = await session.hold();
      await session.post('42["bye-close"]');
      assert.match(await held.text(), /\r\n\r\n41$/);
      assert.match((await session.get()).body, /^(6\x1e)?1$/);
      await isGone(session);
    });

    it("closes when two GETs wait", async () => {
      const session = await joinPolling(server);
      const answers = await Promise.all([session.get(), session.get()]);
      const statuses = answers.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [200, 400]);
      assert.equal(answers.find(({ status }) => status === 200).body, "1");
      await isGone(session);
    });

    it("closes when a GET is given up", async () => {
      const session = await joinPolling(server);
      const watcher = await clients.connect(server);
      const left = nextWhere(watcher, "left", (id) => id === session.id);
      (await session.hold()).destroy();
      await left;
      await isGone(session);
    });

    it("refuses a body of the wrong type and closes", async () => {
      const session = await joinPolling(server);
      const headers = { "Content-Type": "application/octet-stream" };
      assert.equal((await session.post("42", { headers })).status, 400);
      await isGone(session);
    });

    it("answers 413 to an oversize POST and stays open", async () => {
      const session = await joinPolling(server);
      const exact = messageOf(1e6);
      assert.equal((await session.post(exact)).status, 200);
      assert.ok((await session.get()).body.startsWith('42["message-back","xxx'));
      const posted = await session.post(exact + " ").catch(({ code }) => ({ status: code, body: "" }));
      assert.ok([413, "EPIPE", "ECONNRESET"].includes(posted.status), String(posted.status));
      assert.equal(posted.body, "");
      await session.post('421["message-with-ack","still"]');
      assert.equal((await session.get()).body, '431["still"]');
    });

    it("answers 413 to an oversize chunked POST", async () => {
      const session = await joinPolling(server);
      const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
      const tcp = await openTcp(server,
        `POST ${session.path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
      for (let i = 0; i < 20; ++i) tcp.write(chunk);
      await tcp.until((text) => text.includes("\r\n\r\n"), "an answer");
      assert.match(tcp.received(), /^HTTP\/1\.1 413 /);
    });

    it("refuses other methods", async () => {
      const session = await joinPolling(server);
      for (const method of ["PUT", "DELETE", "HEAD"]) {
        const answer = await request(server, session.path, { method, headers: { "Content-Length": 0 } });
        assert.equal(answer.status, 500, method);
      }
      await session.post('421["message-with-ack","still"]');
      assert.equal((await session.get()).body, '431["still"]');
    });

    it("refuses another transport or version than its own", async () => {
      const session = await joinPolling(server);
      await answers(session.path.replace("EIO=4", "EIO=3"), {}, badRequest);
      await answers(session.path.replace("polling", "websocket"), {}, badRequest);
      await session.post('421["message-with-ack","still"]');
      assert.equal((await session.get()).body, '431["still"]');
    });

    for (const [what, body] of [
      ["an unknown packet type", "9"], ["an empty payload", ""], ["bad base64", "b!!"],
      ["a client's ping", "2"], ["an empty packet", "42[\"x\"]\x1e\x1e42[\"x\"]"],
      ["a bad Socket.IO packet", "4abc"], ["bad JSON", "42[\"x\""],
      ["an event that is no array", '42{"a":1}'], ["an event without a name", "42[]"],
      ["a reserved event", '42["connect"]'], ["an event for a namespace not joined", '42/x,["a"]'],
      ["a second CONNECT", "40"], ["a client's CONNECT_ERROR", "44{}"],
      ["DISCONNECT with a payload", '41{"a":1}'], ["binary out of place", "bAQID"],
      ["text while attachments are due", '451-["a",{"_placeholder":true,"num":0}]\x1e42["a"]'],
      ["eleven attachments", '4511-["a",{"_placeholder":true,"num":0}]'],
      ["a placeholder out of range", '451-["a",{"_placeholder":true,"num":1}]\x1ebAQID'],
      ["a negative placeholder", '451-["a",{"_placeholder":true,"num":-1}]\x1ebAQID'],
    ]) {
      const lenient = isReference && ["bad base64", "an empty payload"].includes(what);
      it(`closes on ${what}`, { skip: lenient && "the reference lets it pass" }, async () => {
        const session = await joinPolling(server);
        await session.post(body);
        await isGone(session);
      });
    }

    for (const [what, body] of [
      ["a pong out of turn", "3"], ["a noop", "6"], ["an open", "0"], ["an upgrade", "5"],
      ["an unknown ack id", '43999["x"]'], ["an event without a handler", '42["nobody",1]'],
      ["an empty event name", '42[""]'], ["a numeric event name", "42[7]"],
    ]) {
      it(`stays open on ${what}`, async () => {
        const session = await joinPolling(server);
        assert.equal((await session.post(body)).body, "ok");
        await session.post('421["message-with-ack","still"]');
        assert.equal((await session.get()).body, '431["still"]');
      });
    }

    it("closes when nobody joins a namespace in time", async () => {
      const session = await openPolling(server);
      assert.equal((await session.get()).body, "1");
      await isGone(session);
    });

    const posted = (session, n) => {
      const body = `42${n}["message-with-ack"]`;
      return `POST ${session.path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    const got = (session) =>
      `GET ${session.path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;

    it("takes one request after another on a connection", async () => {
      const session = await joinPolling(server);
      const tcp = await openTcp(server);
      for (const n of [1, 2]) {
        tcp.write(posted(session, n));
        await tcp.until((text) => text.split("\r\n\r\nok").length === n + 1, "ok");
      }
      tcp.write(got(session));
      assert.ok((await tcp.text()).includes("431[]\x1e432[]"));
    });

    it("takes requests that do not wait for answers", { skip: isReference && "POSTs overlap there" },
      async () => {
        const session = await joinPolling(server);
        const tcp = await openTcp(server, posted(session, 1) + posted(session, 2) + got(session));
        assert.equal((await tcp.text()).match(/HTTP\/1\.1 200 OK/g).length, 3);
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
  let server;
  before(async () => { server = await startServer("e2e", ["--upgrade-timeout", "500"]); });
  afterEach(dropAll);
  after(() => server.stop());
  const query = (session) => `&sid=${session.sid}`;

  /** The probe answered, and the GET that waited for it. */
  async function probe(session) {
    const held = session.get();
    const socket = await openWebSocket(server, query(session));
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

  it("leaves the session as it was when it never completes", async () => {
    const session = await joinPolling(server);
    const socket = await openWebSocket(server, query(session));
    await within(socket.closed, "the probe is given up");
    await session.post('421["message-with-ack","still"]');
    assert.equal((await session.get()).body, '431["still"]');
  });

  it("leaves the session as it was when it stops after the probe", async () => {
    const session = await joinPolling(server);
    const socket = await probe(session);
    await within(socket.closed, "the upgrade is given up");
    await session.post('421["message-with-ack","still"]');
    assert.equal((await session.get()).body, '431["still"]');
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
