// Clients by hand, each joined to namespace "/", that the scripts of wire_*.mjs are played with:
// all of them are sent, and give, Engine.IO's messages as WebSocket and JSON have them.
//
// A carrier is a function: from a server to {id, send(packets), more(), leave()}. `more` resolves
// with what came, {came: [...]}, and with how it ended if it did, {came, ended: "closed 1005"}.

import { createRequire } from "node:module";
import {
  isNews, joinPolling, joinWebSocket, openPolling, openWebSocket, request,
} from "./peers.mjs";

const beside = createRequire(createRequire(import.meta.url).resolve("socket.io-msgpack-parser"));
export const notepack = beside("notepack.io");

const same = (packet) => packet;
const old = (packet) =>
  (typeof packet === "string" ? packet : Buffer.concat([Buffer.from([4]), packet]));

/** A packet of msgpack's as it would be written in JSON, its binary values in hex. */
function unpacked(message) {
  if (typeof message === "string") return message;
  const { type, nsp, id = "", data } = notepack.decode(message);
  const shown = (_, value) => (value?.type === "Buffer" && Array.isArray(value.data)
    ? `<${Buffer.from(value.data).toString("hex")}>` : value);
  return `4${type}${nsp === "/" ? "" : `${nsp},`}${id}${JSON.stringify(data, shown) ?? ""}`;
}
const packed = (packet) =>
  (typeof packet === "string" || Buffer.isBuffer(packet) ? packet : notepack.encode(packet));

/** What a WebSocket that has joined is, to the scripts. */
function overWebSocket(socket, encode = same, decode = same) {
  const closed = socket.closed.then((code) => ({ code }));
  return {
    id: socket.id,
    send(packets) {
      for (const packet of packets) socket.send(encode(packet));
    },
    async more() {
      const what = await Promise.race([socket.receive("what the server says"), closed]);
      const [came, ended] = what.code === undefined ? [[what]]
        : [[...socket.unread()], `closed ${what.code}`];
      return { came: came.map(decode).filter((one) => !isNews(one)), ended };
    },
    // Without a closing handshake, and as an end: what is unread would make it a reset.
    leave: () => socket._socket.end(),
  };
}

/** What comes next in a session that must not end yet. */
async function going(session) {
  const { came, ended } = await session.more();
  if (ended !== undefined) throw new Error(`it has ended before it had joined: ${ended}`);
  return came;
}

/** Until both the reply to a CONNECT and "auth" have come; gives the namespace's id. */
async function joined(session) {
  let id;
  for (let isGreeted = false; !id || !isGreeted;) {
    for (const one of await going(session)) {
      if (one.startsWith?.('40{"sid"')) id = JSON.parse(one.slice(2)).sid;
      if (one.startsWith?.('42["auth"')) isGreeted = true;
    }
  }
  return id;
}

/** What a polling session that has joined is: `split` and `join` are those of its payloads. */
function overPolling({ id, path }, { encode, decode, split, join, end }) {
  const ask = (options) => request({ url: path.origin }, path.target, options);
  return {
    id,
    send: (packets) => ask({ method: "POST", body: join(packets.map(encode)) }),
    async more() {
      const { status, body } = await ask();
      if (status !== 200) return { came: [], ended: `GET: ${status} ${body}` };
      // A noop only ends a GET.
      const came = split(body).map(decode).filter((one) => one !== "6" && !isNews(one));
      return { came };
    },
    leave: () => ask({ method: "POST", body: end }),
  };
}

const separated = {
  encode: (packet) => (typeof packet === "string" ? packet : `b${packet.toString("base64")}`),
  decode: same,
  split: (body) => body.split("\x1e"),
  join: (all) => all.join("\x1e"),
  end: "1",
};

/** Engine.IO 3: each packet behind its length in UTF-16 units. */
export function packetsOf(body) {
  const packets = [];
  for (let rest = body; rest;) {
    const [prefix, length] = /^(\d+):/.exec(rest);
    packets.push(rest.slice(prefix.length, prefix.length + Number(length)));
    rest = rest.slice(prefix.length + Number(length));
  }
  return packets;
}

const counted = {
  encode: (packet) => (typeof packet === "string" ? packet : `b4${packet.toString("base64")}`),
  decode: (packet) => (packet.startsWith("b4") ? `b${packet.slice(2)}` : packet),
  split: packetsOf,
  join: (all) => all.map((packet) => `${packet.length}:${packet}`).join(""),
  end: "1:1",
};

const inMsgpack = {
  ...separated,
  encode: (packet) => separated.encode(packed(packet)),
  decode: (packet) =>
    (packet.startsWith("b") ? unpacked(Buffer.from(packet.slice(1), "base64")) : packet),
};

const at = (server, target) => ({ origin: server.url, target });

/** Socket.IO 5 in JSON. */
export const carriers = {
  websocket: async (server) => overWebSocket(await joinWebSocket(server)),
  polling: async (server) => {
    const { id, path } = await joinPolling(server);
    return overPolling({ id, path: at(server, path) }, separated);
  },
};

/** Opens a session of Engine.IO 3; polling in text. Gives it with its handshake and its path. */
export async function openOldPolling(server) {
  const target = "/socket.io/?EIO=3&transport=polling&b64=1";
  const { body } = await request(server, target);
  const [first, ...more] = packetsOf(body);
  const handshake = JSON.parse(first.slice(1));
  return { ...handshake, more, path: at(server, `${target}&sid=${handshake.sid}`) };
}

/** Engine.IO 3: namespace "/" is joined by itself, under the session's id. */
export const oldCarriers = {
  "EIO3 websocket": async (server) => {
    const socket = await openWebSocket(server, "", {}, 3);
    socket.id = JSON.parse((await socket.receive("the handshake")).slice(1)).sid;
    await socket.receiveWhere((one) => one.startsWith?.('42["auth"'), "auth");
    return overWebSocket(socket, old, (one) => (typeof one === "string" ? one : one.subarray(1)));
  },
  "EIO3 polling": async (server) => {
    const { sid, path, more } = await openOldPolling(server);
    const session = overPolling({ id: sid, path }, counted);
    for (let all = more; !all.some((one) => one.startsWith('42["auth"'));)
      all = await going(session);
    return session;
  },
};

/** The MessagePack parser: what is sent are packets as objects, or bytes, or text. */
export const packedCarriers = {
  "msgpack websocket": async (server) => {
    const socket = await openWebSocket(server);
    await socket.receive("the handshake");
    const session = overWebSocket(socket, packed, unpacked);
    session.send([{ type: 0, nsp: "/" }]);
    session.id = await joined(session);
    return session;
  },
  "msgpack polling": async (server) => {
    const { path } = await openPolling(server);
    const session = overPolling({ path: at(server, path) }, inMsgpack);
    await session.send([{ type: 0, nsp: "/" }]);
    session.id = await joined(session);
    return session;
  },
};
