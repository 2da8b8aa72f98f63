// Scenarios of one script for two servers: payloads and upgrades of Engine.IO 3, which clients of
// Socket.IO 2 speak. Its packets are those of wire_packets.mjs.

import { isNews, openWebSocket, request } from "./peers.mjs";
import { openOldPolling, packetsOf } from "./wire_carriers.mjs";
import { plain } from "./wire_packets.mjs";

const event = '42["message",1]';
const binary = '451-["message",{"_placeholder":true,"num":0}]';

/** By name: bodies of POST requests, in text and in bytes. */
const payloads = {
  "two packets": `${event.length}:${event}${event.length}:${event}`,
  "lengths in UTF-16 units": '19:42["message","é😀"]',
  "a length too long": `99:${event}`,
  "a length too short": `3:${event}`,
  "no length": event,
  "a length that is no number": `x:${event}`,
  "a negative length": `-1:${event}`,
  "a length of 0": "0:",
  "no colon": "15",
  "an empty body": "",
  "what is no packet": "3:xyz",
  "a binary event": `${binary.length}:${binary}6:b4AQID`,
  "binary that is no base64": `${binary.length}:${binary}5:b4!!!`,
};

const bytesOf = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const framed = (kind, data) =>
  bytesOf([kind], [...String(data.length)].map(Number), [0xff], data);
const binaryPayloads = {
  "text in a binary payload": framed(0, Buffer.from(event)),
  "binary in a binary payload": bytesOf(
    framed(0, Buffer.from(binary)), framed(1, [4, 1, 2, 3])),
  "a binary payload without an end": bytesOf([0, 9, 9]),
  "a binary payload of another kind": framed(7, Buffer.from(event)),
  "a binary payload cut short": framed(0, Buffer.from(event)).subarray(0, 8),
};

/** A polling session's payloads. */
export async function playOldPayloads(server) {
  const lines = {};
  const all = [...Object.entries(payloads), ...Object.entries(binaryPayloads)];
  for (const [name, body] of all) {
    const { path } = await openOldPolling(server);
    const ask = async (options = {}) => {
      const answer = await request(server, path.target, options);
      const isPayload = answer.status === 200 && options.method !== "POST";
      const shown = isPayload ? packetsOf(answer.body).filter((one) => one !== "6" && !isNews(one))
        : [answer.body];
      return `${answer.status} ${shown.map(plain).join(" ")}`;
    };
    const headers = typeof body === "string" ? {} : { "Content-Type": "application/octet-stream" };
    const posted = await ask({ method: "POST", body, headers });
    const end = '42["message","end"]';
    const again = await ask({ method: "POST", body: `${end.length}:${end}` });
    let text = "";
    let got;
    do {
      got = await ask();
      text += ` ${got}`;
    } while (got.startsWith("200") && !got.includes('"end"'));
    lines[`EIO3 payload: ${name}`] = `${posted}, ${again},${text.replace(/ 200(?= |$)/g, "")}`;
  }
  return lines;
}

/** How a session is opened, and moves to WebSocket. */
export async function playOldSessions(server) {
  const lines = {};
  for (const [name, query] of Object.entries({
    "a handshake": "EIO=3&transport=polling&b64=1",
    "a handshake in binary": "EIO=3&transport=polling",
    "a handshake of no version": "transport=polling&b64=1",
    "a handshake by JSONP": "EIO=3&transport=polling&b64=1&j=3",
  })) {
    const { status, headers, body } = await request(server, `/socket.io/?${query}`);
    const text = plain(body).replace(/"sid.*?\}/, '"sid"...}').replaceAll("\ufffd", "?");
    lines[`EIO3: ${name}`] = `${status}; ${headers["content-type"]}; ${JSON.stringify(text)}`;
  }
  const probing = async (name, sent) => {
    const { sid, path } = await openOldPolling(server);
    const probe = await openWebSocket(server, `&sid=${sid}`, {}, 3);
    const seen = [];
    for (const packet of sent) {
      probe.send(packet);
      if (packet === "5") continue;
      seen.push(await Promise.race([
        probe.receive(), probe.closed.then((code) => `closed ${code}`)]));
    }
    const { status, body } = await request(server, path.target);
    seen.push(`GET: ${status} ${plain(body)}`.replace(/^GET: 200.*/, "GET: 200"));
    lines[`EIO3 upgrade: ${name}`] = seen.map(plain).join(", ");
  };
  await probing("as it should be", ["2probe", "5", "2"]);
  await probing("a probe of another word", ["2other"]);
  await probing("pings behind it", ["2probe", "5", "2", "2again"]);
  return lines;
}
