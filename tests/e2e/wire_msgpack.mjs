// Scenarios of one script for two servers: packets of socket.io-msgpack-parser, good and bad.

import { within } from "./server.mjs";
import { notepack, packedCarriers } from "./wire_carriers.mjs";
import { played } from "./wire_packets.mjs";

const event = (...data) => ({ type: 2, data, nsp: "/" });
const bytes = Buffer.from([1, 2, 3]);

/** By name: the packets, as objects, bytes or text. */
const packets = {
  "an event": [event("message", 1, "two", { three: [3, null, true] })],
  "an event with an ack": [{ ...event("message-with-ack", "a"), id: 1 }],
  "an event with binary": [event("message", bytes, { in: [bytes] })],
  "an event with a date": [event("message", new Date(784111777000))],
  "an event with what is undefined": [event("message", undefined, { a: undefined, b: 1 })],
  "an event with numbers": [event("message", 0.1, -1, 2 ** 53 - 1, -(2 ** 40), 1e300)],
  "an event with what is no number": [event("message", NaN, Infinity)],
  "an event with other members": [{ ...event("message", 1), more: 1, options: { compress: true } }],
  "an event without a namespace": [{ type: 2, data: ["message"] }],
  "an event of a namespace that is no text": [{ ...event("message"), nsp: 1 }],
  "an event of an empty namespace": [{ ...event("message"), nsp: "" }],
  "an event of what is not joined": [{ ...event("message"), nsp: "/refused" }],
  "an event without data": [{ type: 2, nsp: "/" }],
  "an event of no list": [{ type: 2, data: { a: 1 }, nsp: "/" }],
  "an event that is empty": [event()],
  "an event whose name is a number": [event(7, 1)],
  "an event whose name is nothing": [event(null)],
  "an event of a reserved name": [event("connect_error")],
  "an ack id that is text": [{ ...event("message-with-ack"), id: "1" }],
  "an ack id that is negative": [{ ...event("message-with-ack"), id: -1 }],
  "an ack id that is no whole number": [{ ...event("message-with-ack"), id: 0.5 }],
  "an ack id of 2^40": [{ ...event("message-with-ack"), id: 2 ** 40 }],
  "an ack that nobody waits for": [{ type: 3, data: [], id: 99, nsp: "/" }],
  "an ack without an id": [{ type: 3, data: [], nsp: "/" }],
  "a disconnect": [{ type: 1, nsp: "/" }],
  "a disconnect with data": [{ type: 1, data: {}, nsp: "/" }],
  "a second connect": [{ type: 0, nsp: "/" }],
  "a connect with what is no object": [{ type: 0, data: 1, nsp: "/refused" }],
  "an error packet": [{ type: 4, data: { message: "x" }, nsp: "/" }],
  "a packet of type 5": [{ ...event("message"), type: 5 }],
  "a packet of type 9": [{ ...event("message"), type: 9 }],
  "a packet of no type": [{ data: ["message"], nsp: "/" }],
  "a list": [notepack.encode([2, "/"])],
  "bytes behind a packet": [Buffer.concat([notepack.encode(event("message")), Buffer.from([0])])],
  "a packet cut short": [notepack.encode(event("message")).subarray(0, 9)],
  "a byte that nothing begins with": [Buffer.from([0xc1])],
  "a list of 2^32 - 1": [Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff])],
  "a packet of JSON": ['42["message"]'],
  "a ping": ["2"],
  "a pong": ["3"],
  "a close": ["1"],
};

const connects = {
  "a connect to what is not there": [[{ type: 0, nsp: "/nope" }], "44/nope,"],
  "a connect that is refused": [[{ type: 0, nsp: "/refused" }], "44/refused,"],
  "a connect that is let in":
    [[{ type: 0, nsp: "/refused", data: { token: "secret" } }], "40/refused,"],
};

/** Packets over both transports: name to what is seen, as JSON would have it. */
export async function playPacked(server, reasonOf) {
  const lines = {};
  const all = Object.entries(packets).map(([name, sent]) => [name, [sent, ""]]);
  for (const [via, join] of Object.entries(packedCarriers)) {
    for (const [name, [sent, last]] of [...all, ...Object.entries(connects)]) {
      const session = await join(server);
      const seen = await played(session, sent, last, { type: 0, nsp: "/custom" });
      const reason = await within(reasonOf(session.id), `the end of ${name} over ${via}`);
      lines[`${name} (${via})`] = [...seen, reason].join(" ");
    }
  }
  return lines;
}
