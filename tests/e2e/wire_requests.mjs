// Scenarios of one script for two servers: HTTP requests by hand and their answers, as lines of
// text; WebSocket handshakes that are refused, CORS, and what hooks of the user's say.

import http from "node:http";
import { once } from "node:events";
import { openPolling, openTcp, openWebSocket, polling, request } from "./peers.mjs";
import { within } from "./server.mjs";
import { plain } from "./wire_packets.mjs";

/** An answer in one line: status, type, what is named in `also`, body. */
function line({ status, headers, body }, also = []) {
  const named = also.filter((name) => headers[name] !== undefined)
    .map((name) => `${name}: ${headers[name]}`);
  return [status, headers["content-type"], ...named, plain(body)].filter(Boolean).join("; ");
}

const path = (query) => `/socket.io/?${query}`;

/** Requests without a session. */
const bare = {
  "a handshake": ["GET", polling()],
  "a handshake with b64": ["GET", polling("&b64=1")],
  "a handshake without a slash": ["GET", "/socket.io?EIO=4&transport=polling"],
  "a handshake below the path": ["GET", "/socket.io/below?EIO=4&transport=polling"],
  "a handshake beside the path": ["GET", "/socket.iox?EIO=4&transport=polling"],
  "another path": ["GET", "/other"],
  "a request without a query": ["GET", "/socket.io/"],
  "a request without a transport": ["GET", path("EIO=4")],
  "a request of an unknown transport": ["GET", path("EIO=4&transport=no")],
  "a request of two transports": ["GET", path("EIO=4&transport=polling&transport=no")],
  "a transport that is a property": ["GET", path("EIO=4&transport=constructor")],
  "a websocket without an upgrade": ["GET", path("EIO=4&transport=websocket")],
  "a version too old": ["GET", path("EIO=3&transport=polling")],
  "a version too new": ["GET", path("EIO=5&transport=polling")],
  "no version": ["GET", path("transport=polling")],
  "two versions": ["GET", path("EIO=4&EIO=3&transport=polling")],
  "an unknown session": ["GET", polling("&sid=unknown")],
  "a POST to an unknown session": ["POST", polling("&sid=unknown"), "2"],
  "an empty session": ["GET", polling("&sid=")],
  "two sessions": ["GET", polling("&sid=a&sid=b")],
  "a handshake by HEAD": ["HEAD", polling()],
  "JSONP": ["GET", polling("&j=7")],
  "JSONP of a word": ["GET", polling("&j=x")],
  "JSONP of a number and a word": ["GET", polling("&j=1;x()")],
  ...Object.fromEntries(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"].map((method) =>
    [`a handshake by ${method}`, [method, polling()]])),
};

/** Requests to a session: what is said, and then what a POST is answered. */
const inSession = {
  "a session's POST": ["POST", "", "40"],
  "a session's POST of binary": ["POST", "", "40", { "Content-Type": "application/octet-stream" }],
  "a session's POST of a form": ["POST", "", "d=40",
    { "Content-Type": "application/x-www-form-urlencoded" }],
  "a session's POST of 1,000,000 bytes": ["POST", "", `4${"x".repeat(999_999)}`],
  "a session's POST of 1,000,001 bytes": ["POST", "", `4${"x".repeat(1_000_000)}`],
  "a session's POST of garbage": ["POST", "", "x"],
  "a session's PUT": ["PUT", "", "40"],
  "a session's DELETE": ["DELETE", ""],
  "a session's OPTIONS": ["OPTIONS", ""],
  "a session's other transport": ["GET", "&transport=no"],
  "a session's JSONP": ["GET", "&j=1"],
  "a session's other version": ["GET", "&EIO=3"],
};

async function playSessions(server, lines) {
  for (const [name, [method, query, body, headers]] of Object.entries(inSession)) {
    const session = await openPolling(server);
    if (method === "GET" && query === "&j=1") await session.post("40");
    const target = query === "&transport=no" ? session.path.replace("polling", "no")
      : query === "&EIO=3" ? session.path.replace("EIO=4", "EIO=3") : session.path + query;
    const first = line(await request(server, target, { method, body, headers }));
    const then = await session.post("3");
    lines[name] = `${first}; then ${then.status} ${plain(then.body)}`.replace(/x{99,}/, "x...");
  }
  const session = await openPolling(server);
  const held = await session.hold();
  const second = line(await session.get());
  lines["a second GET"] = `${second}; first ${(await held.text()).split("\r\n")[0]}`;
  const gone = await openPolling(server);
  await gone.post("1");
  lines["a GET behind a close"] = line(await request(server, gone.path));
  const left = await openPolling(server);
  const waiting = await left.hold();
  await left.post("1");
  lines["a close beside a GET"] = plain((await waiting.text()).split("\r\n\r\n")[1]);
}

/** The names of a response's fields, but of those that say how long it is. */
const names = (headers) => Object.keys(headers).sort()
  .filter((name) => !["content-length", "content-type", "transfer-encoding"].includes(name));

async function playFields(server, lines) {
  const session = await openPolling(server);
  const agents = { "User-Agent": "Mozilla/5.0 (compatible;MSIE 10.0)" };
  const all = {
    "a POST": await session.post("40"),
    "a GET": await request(server, session.path),
    "an error": await request(server, polling("&sid=unknown")),
    "another path": await request(server, "/other"),
    "a handshake of Internet Explorer": await request(server, polling(), { headers: agents }),
  };
  for (const [name, answer] of Object.entries(all))
    lines[`fields of ${name}`] = names(answer.headers).join(" ");
  const kept = http.request(server.url + polling(), { agent: new http.Agent({ keepAlive: true }) });
  kept.end();
  const [answer] = await within(once(kept, "response"), "an answer");
  lines["fields of a connection that stays"] = names(answer.headers).join(" ");
  answer.resume();
  await within(once(answer, "end"), "its end");
  kept.destroy();
}

const upgradeOf = (target, { method = "GET", drop, set = {} } = {}) => {
  const fields = {
    Host: "x", Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", ...set,
  };
  delete fields[drop];
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target} HTTP/1.1\r\n${text}\r\n`;
};
const websocket = (query = "") => path(`EIO=4&transport=websocket${query}`);

/** WebSocket handshakes: the whole answer where it is one that ends, else its header. */
async function upgradeLine(server, head) {
  const tcp = await openTcp(server, head);
  const text = await tcp.until((got) => /^HTTP\/1\.1 101 [^]*\r\n\r\n/.test(got) || tcp.destroyed);
  tcp.destroy();
  const [header, ...rest] = text.split("\r\n\r\n");
  const body = header.startsWith("HTTP/1.1 101 ") ? "" : rest[0];
  const [status, ...fields] = (header ?? "").split("\r\n");
  const said = fields.map((field) => field.toLowerCase().replace(/^date: .*/, "date"))
    .filter((field) => !/^(connection|upgrade|content-.*|sec-websocket-accept):/.test(field));
  return [status, ...said, body].filter(Boolean).join("; ") || "closed, no answer";
}

async function playUpgradeErrors(server, lines) {
  const wrong = {
    "a good one": [websocket()],
    "an unknown session": [websocket("&sid=unknown")],
    "an unknown transport": [path("EIO=4&transport=no")],
    "the polling transport": [polling()],
    "a version too old": [path("EIO=3&transport=websocket")],
    "no version": [path("transport=websocket")],
    "no key": [websocket(), { drop: "Sec-WebSocket-Key" }],
    "a key too short": [websocket(), { set: { "Sec-WebSocket-Key": "eA==" } }],
    "WebSocket version 12": [websocket(), { set: { "Sec-WebSocket-Version": "12" } }],
    "WebSocket version 8": [websocket(), { set: { "Sec-WebSocket-Version": "8" } }],
    "no WebSocket version": [websocket(), { drop: "Sec-WebSocket-Version" }],
    "by POST": [websocket(), { method: "POST", set: { "Content-Length": "0" } }],
    "another path": ["/other"],
    "a subprotocol": [websocket(), { set: { "Sec-WebSocket-Protocol": "a, b" } }],
    "an extension": [websocket(), { set: { "Sec-WebSocket-Extensions": "permessage-deflate" } }],
  };
  for (const [name, [target, change]] of Object.entries(wrong))
    lines[`WebSocket: ${name}`] = await upgradeLine(server, upgradeOf(target, change));
}

export async function playRequests(server) {
  const lines = {};
  for (const [name, [method, target, body]] of Object.entries(bare)) {
    const seen = line(await request(server, target, { method, body }), ["allow", "location"]);
    lines[name] = name === "a handshake" ? seen : seen.replace(/0\{"sid.*\}/, "0{...}");
  }
  await playSessions(server, lines);
  await playFields(server, lines);
  await playUpgradeErrors(server, lines);
  const socket = await openWebSocket(server);
  lines["the handshake of a WebSocket"] = plain(await socket.receive());
  return lines;
}

const corsFields = ["vary", "access-control-allow-origin", "access-control-allow-methods",
  "access-control-allow-headers", "access-control-allow-credentials", "access-control-max-age"];

/** CORS: `server` lets http://a.example in. */
export async function playCors(server, title) {
  const lines = {};
  const ask = async (name, method, headers) => {
    const answer = await request(server, polling(), { method, headers });
    lines[`${title}: ${name}`] = line(answer, corsFields).replace(/0\{"sid.*\}/, "0{...}");
    if (answer.status === 204)
      lines[`${title}: ${name}, its length`] = answer.headers["content-length"] ?? "none";
  };
  await ask("no origin", "GET", {});
  await ask("its origin", "GET", { Origin: "http://a.example" });
  await ask("another origin", "GET", { Origin: "http://b.example" });
  await ask("a preflight", "OPTIONS", { Origin: "http://a.example",
    "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "X-Token" });
  await ask("a preflight of another origin", "OPTIONS", { Origin: "http://b.example",
    "Access-Control-Request-Method": "POST" });
  await ask("OPTIONS without an origin", "OPTIONS", {});
  return lines;
}

/** Hooks that refuse: `allow` and `middleware` are the scenarios of that name. */
export async function playHooks(allow, middleware) {
  const lines = {};
  for (const [server, query, name] of [
    [allow, "&verdict=no", "allow_request that refuses"],
    [allow, "&verdict=because", "allow_request that says why"],
    [middleware, "&mw=end", "a middleware that answers"],
    [middleware, "&mw=fail", "a middleware that fails"],
  ]) {
    lines[name] = line(await request(server, polling(query)));
    lines[`${name} to a WebSocket`] = await upgradeLine(server, upgradeOf(websocket(query)));
  }
  return lines;
}
