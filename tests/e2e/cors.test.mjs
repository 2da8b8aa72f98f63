// Cross-origin requests: what browsers are told, and who is refused.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { clientsOf, dropAll, firstOf, openTcp, openWebSocket, polling, request } from "./peers.mjs";
import { isReference, startServer } from "./server.mjs";

/** The headers that CORS is about. */
const corsOf = (headers) => Object.fromEntries(
  Object.entries(headers).filter(([name]) => name.startsWith("access-control-") || name === "vary"));

const a = "http://a.example";
const sub = "https://www.b.example";
const other = "http://c.example";
const vary = { vary: "Origin" };
const allow = (origin) => ({ "access-control-allow-origin": origin });
const preflightOf = (origin) => ({
  method: "OPTIONS",
  headers: {
    Origin: origin,
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "x-one,X-Two",
  },
});
const reflected = {
  "access-control-allow-methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
  "access-control-allow-headers": "x-one,X-Two",
};
const both = { vary: "Origin, Access-Control-Request-Headers" };

// Per scenario, what a GET from an origin is told.
const answers = {
  "plain": [[a, {}]],
  "cors-any": [[a, allow("*")], [undefined, allow("*")]],
  "cors-none": [[a, {}]],
  "cors-one": [[a, { ...allow(a), ...vary }], [other, { ...allow(a), ...vary }]],
  "cors-list": [
    [a, { ...allow(a), ...vary }], [sub, { ...allow(sub), ...vary }], [other, vary],
    [undefined, vary], [`${a}.evil.example`, vary]],
  "cors-pattern": [[sub, { ...allow(sub), ...vary }], [a, vary]],
  "cors-function": [["http://good.example", { ...allow("http://good.example"), ...vary }]],
  "cors-true": [[other, {
    ...allow(other), ...vary, "access-control-allow-credentials": "true",
    "access-control-expose-headers": "X-Mine",
  }]],
};

// Per scenario, what a preflight is told: [status, headers].
const preflights = {
  "cors-any": [204, { ...allow("*"), ...reflected, vary: "Access-Control-Request-Headers" }],
  "cors-one": [204, { ...allow(a), ...reflected, ...both }],
  "cors-list": [204, { ...allow(a), ...reflected, ...both }],
  "cors-true": [200, {
    ...allow(a), ...vary, "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET,POST", "access-control-allow-headers": "X-Token",
    "access-control-max-age": "60", "access-control-expose-headers": "X-Mine",
  }],
  "cors-continue": [400, { ...allow(a), ...reflected, ...both }],
  "cors-none": [400, {}],
};

describe("CORS", () => {
  afterEach(dropAll);

  for (const scenario of Object.keys({ ...answers, ...preflights })) {
    it(`tells browsers what ${scenario} says`, async () => {
      const server = await startServer("engine", ["--scenario", scenario]);
      for (const [origin, expected] of answers[scenario] ?? []) {
        const { status, headers, body } =
          await request(server, polling(), { headers: origin ? { Origin: origin } : {} });
        assert.equal(status, 200);
        assert.deepEqual(corsOf(headers), expected, `GET from ${origin}`);
        const { sid } = JSON.parse(body.slice(1));
        const posted = await request(server, polling(`&sid=${sid}`),
          { method: "POST", body: "1", headers: origin ? { Origin: origin } : {} });
        assert.equal(posted.body, "ok");
        assert.deepEqual(corsOf(posted.headers), expected, `POST from ${origin}`);
      }
      if (scenario in preflights) {
        const [status, expected] = preflights[scenario];
        const answer = await request(server, polling(), preflightOf(a));
        assert.equal(answer.status, status);
        assert.equal(answer.body, status === 400 ? '{"code":2,"message":"Bad handshake method"}' : "");
        assert.deepEqual(corsOf(answer.headers), expected);
      }
      await server.stop();
    });
  }

  it("tells refused requests as well", async () => {
    const server = await startServer("engine", ["--scenario", "cors-one"]);
    const { status, headers } = await request(server, "/socket.io/?EIO=4&transport=no");
    assert.equal(status, 400);
    assert.deepEqual(corsOf(headers), { ...allow(a), ...vary });
    await server.stop();
  });

  it("tells requests whose body is refused as well", async () => {
    const server = await startServer("engine", ["--scenario", "cors-one"]);
    const { body } = await request(server, polling());
    const { sid } = JSON.parse(body.slice(1));
    const tcp = await openTcp(server, `POST ${polling(`&sid=${sid}`)} HTTP/1.1\r\nHost: x\r\n` +
      `Origin: ${a}\r\nContent-Length: 1000001\r\n\r\n${"x".repeat(1_000_001)}`);
    const head = await tcp.until((text) => text.includes("\r\n\r\n"), "an answer");
    assert.match(head, /^HTTP\/1\.1 413 /);
    assert.match(head, new RegExp(`\r\nAccess-Control-Allow-Origin: ${a}\r\n`, "i"));
    assert.match(head, /\r\nVary: Origin\r\n/i);
    await dropAll();
    await server.stop();
  });

  it("survives a function that throws", { skip: isReference && "ends the process" }, async () => {
    const server = await startServer("engine", ["--scenario", "cors-throws"]);
    assert.equal((await request(server, polling(), { headers: { Origin: a } })).status, 500);
    assert.equal((await request(server, polling())).status, 200);
    await dropAll();
    await server.stop();
  });
});

describe("the list of allowed origins", { skip: isReference && "refuses nobody" }, () => {
  const clients = clientsOf();
  let server;
  before(async () => { server = await startServer("engine", ["--scenario", "origins"]); });
  afterEach(() => Promise.all([clients.closeAll(), dropAll()]));
  after(() => server.stop());

  for (const transport of ["polling", "websocket"]) {
    const connect = async (headers) => {
      const socket = clients.open(server, "/", { transports: [transport], extraHeaders: headers });
      const [event] = await firstOf(socket, ["connect", "connect_error"]);
      return event === "connect" ? "connected" : "refused";
    };

    it(`lets in whom it names, by ${transport}`, async () => {
      assert.equal(await connect({ Origin: a }), "connected");
      assert.equal(await connect({ Origin: sub }), "connected");
      assert.equal(await connect({}), "connected");
    });

    it(`refuses others, by ${transport}`, async () => {
      assert.equal(await connect({ Origin: other }), "refused");
      assert.equal(await connect({ Origin: "null" }), "refused");
    });
  }

  it("refuses scripts, which name none", async () => {
    assert.equal((await request(server, polling("&j=0"))).status, 403);
  });

  it("says so in the answer, and nothing of CORS", async () => {
    const { status, headers, body } =
      await request(server, polling(), { headers: { Origin: other } });
    assert.equal(status, 403);
    assert.equal(body, '{"code":4,"message":"Forbidden"}');
    assert.deepEqual(corsOf(headers), {});
  });

  it("answers a WebSocket as HTTP does", async () => {
    const tcp = await openTcp(server,
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nOrigin: ${other}\r\n` +
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    const text = (await tcp.text()).replace(/Date: .{29}\r\n/, "");
    assert.equal(text, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n" +
      "Content-type: text/html\r\nContent-Length: 9\r\n\r\nForbidden");
  });

  it("holds for the requests of a session, too", async () => {
    const { body } = await request(server, polling(), { headers: { Origin: a } });
    const { sid } = JSON.parse(body.slice(1));
    const stolen = await request(server, polling(`&sid=${sid}`),
      { method: "POST", body: "40", headers: { Origin: other } });
    assert.equal(stolen.status, 403);
    await assert.rejects(openWebSocket(server, `&sid=${sid}`, { origin: other }));
    const own = await request(server, polling(`&sid=${sid}`),
      { method: "POST", body: "1", headers: { Origin: a } });
    assert.equal(own.body, "ok");
  });
});
