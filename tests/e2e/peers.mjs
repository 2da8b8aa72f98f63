// What the tests speak to a server with: Socket.IO clients, bare HTTP, bare WebSocket, bare TCP.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { availableParallelism } from "node:os";
import { io as currentClient } from "socket.io-client";
import WebSocket from "ws";
import { within } from "./server.mjs";

/** The three ways a client may come in. */
export const transportSets = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

/** Resolves with the arguments of the next `event`. */
export function next(emitter, event, ms) {
  return within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))),
    `event ${event}`, ms);
}

/** Resolves with the arguments of the first `event` for which `test(...args)` holds. */
export function nextWhere(emitter, event, test, ms) {
  return within(new Promise((resolve) => {
    const listener = (...args) => {
      if (!test(...args)) return;
      emitter.off(event, listener);
      resolve(args);
    };
    emitter.on(event, listener);
  }), `event ${event} that matches`, ms);
}

/** Resolves with the arguments of `count` events, once they have come. */
export function collect(emitter, event, count, ms) {
  return within(new Promise((resolve) => {
    const all = [];
    const listener = (...args) => {
      if (all.push(args) < count) return;
      emitter.off(event, listener);
      resolve(all);
    };
    emitter.on(event, listener);
  }), `${count} times event ${event}`, ms);
}

/** Resolves with the name of the first of `events` that comes, and its arguments. */
export function firstOf(emitter, events, ms) {
  return within(new Promise((resolve) => {
    for (const event of events) emitter.once(event, (...args) => resolve([event, ...args]));
  }), `event ${events.join(" or ")}`, ms);
}

/** Emits with an acknowledgement; resolves with its arguments. */
export function ask(socket, event, ...args) {
  return within(new Promise((resolve) => socket.emit(event, ...args, (...reply) => resolve(reply))),
    `acknowledgement of ${event}`);
}

/**
 * Ends a client. Resolves when the server knows: what a client tells it last is still on its way
 * when the client is done, and a server that is stopped right then would never see it.
 */
export async function leave(socket) {
  const { engine } = socket.io;
  socket.io.reconnection(false);
  const told = new Promise((resolve) => {
    if (!["open", "closing"].includes(engine?.readyState)) return resolve();
    const watch = ({ ws }) => ws?.once("close", resolve);
    watch(engine.transport);
    engine.once("upgrade", watch);
    engine.once("close", () => {
      const { transport } = engine;
      if (transport.name !== "polling") return;
      if (transport.writable) return resolve();
      for (const event of ["drain", "error"]) transport.once(event, resolve);
    });
  });
  socket.disconnect();
  if (engine?.readyState === "open") engine.close();  // Another namespace's socket holds it.
  await within(told, "a client's end").catch(() => {});  // It was to be gone, and it is.
}

/**
 * The clients of one test file. `connect(server, namespace, options)` resolves when the socket is
 * connected and, where both transports are allowed, upgraded; `closeAll` belongs into afterEach.
 */
export function clientsOf(io = currentClient, transports = ["websocket"]) {
  const sockets = new Set();

  function open(server, namespace = "/", options = {}) {
    const socket = io(server.url + namespace, {
      transports, forceNew: true, reconnection: false, ...options,
    });
    sockets.add(socket);
    return socket;
  }

  async function connect(server, namespace, options) {
    const socket = open(server, namespace, options);
    const early = [];
    socket.on("auth", (auth) => early.push(auth));
    await within(new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("connect_error", reject);
    }), "the client connects");
    socket.auths = early;
    if (socket.io.opts.transports.length > 1) await upgraded(socket);
    return socket;
  }

  async function closeAll() {
    const all = [...sockets];
    sockets.clear();
    await Promise.all(all.map(leave));
  }

  return { open, connect, closeAll };
}

/** Resolves when the client's engine has switched to WebSocket. */
export async function upgraded(socket) {
  const { engine } = socket.io;
  if (engine.transport.name !== "websocket" || engine.upgrading) await next(engine, "upgrade");
}

/** Ends the TCP connection below a WebSocket client, as a network that fails. */
export function cutOff(socket) {
  socket.io.engine.transport.ws._socket.destroy();
}

// What was opened by hand and has to be gone before the next test.
const opened = new Set();

/** Ends every peer opened by hand; belongs into afterEach. */
export async function dropAll() {
  const drops = [...opened];
  opened.clear();
  await Promise.allSettled(drops.map((drop) => drop()));
}

/**
 * One HTTP request on a connection of its own. Gives {status, headers, body}. A session that it
 * opens is one opened by hand: a server that is stopped would wait for it.
 */
export async function request(server, path, { method = "GET", headers = {}, body, signal } = {}) {
  const outgoing = http.request(server.url + path, { method, headers, agent: false, signal });
  outgoing.end(body);
  const [incoming] = await within(once(outgoing, "response"), `${method} ${path}`);
  const chunks = await within(incoming.toArray(), `the body of ${method} ${path}`);
  const text = Buffer.concat(chunks).toString();
  const sid = /"sid\\?":\\?"([^"\\]+)\\?",\\?"upgrades/.exec(text)?.[1];
  if (sid) {
    const close = { method: "POST", headers, body: /[?&]j=/.test(path) ? "d=1" : "1" };
    opened.add(() => request(server, `${path}&sid=${sid}`, close));
  }
  return { status: incoming.statusCode, headers: incoming.headers, body: text };
}

export const polling = (query = "") => `/socket.io/?EIO=4&transport=polling${query}`;

// The scripted server tells everybody who left; clients of earlier tests do not matter here.
export const isNews = (packet) => typeof packet === "string" && packet.startsWith('42["left"');

/** A polling session by hand; get() gives what came, post() sends a payload. */
export async function openPolling(server) {
  const { body } = await request(server, polling());
  const handshake = JSON.parse(body.slice(1));
  const path = polling(`&sid=${handshake.sid}`);
  const session = {
    ...handshake,
    path,
    async get(options) {
      for (;;) {
        const answer = await request(server, path, options);
        const packets = answer.body.split("\x1e").filter((packet) => !isNews(packet));
        if (packets.length) return { ...answer, body: packets.join("\x1e") };
      }
    },
    post: (body, options) => request(server, path, { method: "POST", body, ...options }),
    /** A GET that the server holds: each of its threads has answered something that came later. */
    async hold() {
      const held = await openTcp(server,
        `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      for (let i = 0; i < 2 * availableParallelism(); ++i) assert.equal((await session.post("3")).body, "ok");
      return held;
    },
  };
  return session;
}

/** A polling session by hand, joined to namespace / with the id `id`. */
export async function joinPolling(server) {
  const session = await openPolling(server);
  assert.equal((await session.post("40")).body, "ok");
  let text = "";
  while (!/40\{"sid"/.test(text) || !/42\["auth"/.test(text)) text += (await session.get()).body;
  session.id = /40\{"sid":"([^"]+)"/.exec(text)[1];
  return session;
}

/**
 * A WebSocket by hand; its messages are read with `receive()`, its end with `closed`. `revision` is
 * Engine.IO's.
 */
export async function openWebSocket(server, query = "", options = {}, revision = 4) {
  const path = `/socket.io/?EIO=${revision}&transport=websocket${query}`;
  const socket = new WebSocket(server.url.replace("http", "ws") + path, options);
  opened.add(() => socket.terminate());
  const queue = [];
  const waiting = [];
  socket.on("message", (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    if (isNews(message)) return;
    waiting.length ? waiting.shift()(message) : queue.push(message);
  });
  socket.on("error", () => {});
  socket.closed = new Promise((resolve) => socket.on("close", (code) => resolve(code)));
  socket.receive = (what = "a message") =>
    within(queue.length ? Promise.resolve(queue.shift())
      : new Promise((resolve) => waiting.push(resolve)), what);
  socket.unread = () => queue;
  socket.receiveWhere = async (test, what) => {
    for (;;) {
      const message = await socket.receive(what);
      if (test(message)) return message;
    }
  };
  await within(Promise.race([
    once(socket, "open"),
    once(socket, "error").then(([error]) => Promise.reject(error)),
  ]), "the WebSocket opens");
  return socket;
}

/** A WebSocket by hand, joined to namespace /; `handshake` and `id` are what it was told. */
export async function joinWebSocket(server, options) {
  const socket = await openWebSocket(server, "", options);
  socket.handshake = JSON.parse((await socket.receive("the handshake")).slice(1));
  socket.send("40");
  const reply = await socket.receiveWhere((m) => m.startsWith?.("40"), "the CONNECT reply");
  socket.id = JSON.parse(reply.slice(2)).sid;
  await socket.receiveWhere((m) => m.startsWith?.('42["auth"'), "auth");
  return socket;
}

/** A bare TCP connection: `text()` resolves with all that came until the server closed it. */
export async function openTcp(server, bytes = "") {
  const socket = net.connect(server.port, "127.0.0.1");
  opened.add(() => socket.destroy());
  const chunks = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  socket.on("error", () => {});
  socket.received = () => Buffer.concat(chunks).toString("latin1");
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.text = (ms) => within(closed, "the server closes the connection", ms)
    .then(() => socket.received());
  socket.until = (test, what = "bytes") => within(new Promise((resolve) => {
    const look = () => test(socket.received()) && resolve(socket.received());
    socket.on("data", look);
    socket.on("close", look);
    look();
  }), what);
  await within(once(socket, "connect"), "the connection opens");
  if (bytes.length) socket.write(bytes);
  return socket;
}
