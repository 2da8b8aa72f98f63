// Scenarios of one script for two servers: what a client by hand sends once it is in namespace "/",
// and what it sees of it, as lines of text in which what is random has a name.

import { joinPolling, joinWebSocket, next, request } from "./peers.mjs";
import { within } from "./server.mjs";
import { carriers } from "./wire_carriers.mjs";

/** Ids, times and bytes in `text` as what they are. */
export function plain(text) {
  if (typeof text !== "string") return `<binary ${Buffer.from(text).toString("hex")}>`;
  return text.replace(/("sid\\?":\\?")[\w-]{20}(\\?")/g, "$1SID$2").replaceAll("\x1e", "<RS>")
    .replace(/\{"code":(\d),"message":"[^"]*"\}/g, "error $1");
}

const bytes = Buffer.from([1, 2, 3]);
const placeholder = (num = 0) => `{"_placeholder":true,"num":${num}}`;

/** By name: the packets, as Engine.IO messages. */
const packets = {
  "an event": ['42["message",1,"two",{"three":[3,null,true]}]'],
  "an event without arguments": ['42["message"]'],
  "an event with an ack": ['421["message-with-ack","a"]'],
  "an event with an ack of many digits": ['4212345678["message-with-ack"]'],
  "an event with spaces": ['42["message", 1 ]'],
  "an event with a space for an id": ['42 ["message-with-ack",1]'],
  "an event of no name": ['42["",1]'],
  "an event whose name is a number": ["42[7,1]"],
  "an event whose name is no name": ["42[null,1]", "42[{},1]"],
  "an event of a reserved name": ['42["disconnect"]'],
  "an event that is no list": ['42{"a":1}'],
  "an event that is empty": ["42[]"],
  "an event without a payload": ["42"],
  "an event of bad JSON": ['42["message",'],
  "an event behind its JSON": ['42["message"]x'],
  "an event with escapes": ['42["message","\\u00e9\\ud83d\\ude00"]'],
  "a binary event": [`451-["message",${placeholder()}]`, bytes],
  "a binary event of two parts": [`452-["message",${placeholder(1)},${placeholder()}]`, bytes,
    Buffer.from([4])],
  "a binary event with an ack": [`451-2["message-with-ack",${placeholder()}]`, bytes],
  "a binary event without attachments": ['450-["message",1]'],
  "a binary event of no count": [`45["message",${placeholder()}]`],
  "a binary event of eleven parts": [`4511-["message",${placeholder()}]`],
  "a binary event of a wrong number": [`451-["message",${placeholder(5)}]`, bytes],
  "a binary event that text interrupts": [`451-["message",${placeholder()}]`, '42["message"]'],
  "binary that nobody waits for": [bytes],
  "an ack that nobody waits for": ['4399["x"]'],
  "an ack without an id": ['43["x"]'],
  "an ack that is no list": ['431{"a":1}'],
  "a disconnect": ["41"],
  "a disconnect with a payload": ["41{}"],
  "a second connect": ["40"],
  "a connect with what is no object": ['40/refused,"x"'],
  "a connect with a list": ["40/refused,[1]"],
  "an event to what is not joined": ['42/refused,["message"]'],
  "a disconnect of what is not joined": ["41/refused,"],
  "an error packet": ['44{"message":"x"}'],
  "a Socket.IO packet of type 7": ["47"],
  "a Socket.IO packet of nothing": ["4"],
  "an Engine.IO packet of type 9": ["9"],
  "an Engine.IO packet of nothing": [""],
  "a ping": ["2"],
  "a pong": ["3"],
  "a noop": ["6"],
  "an open": ["0"],
  "an upgrade": ["5"],
  "a close": ["1"],
};

/** The same where something comes later than the end, since namespaces have no common order. */
const connects = {
  "a connect to what is not there": [["40/nope,"], "44/nope,"],
  "a connect that is refused": [["40/refused,"], "44/refused,"],
  "a connect that is let in": [['40/refused,{"token":"secret"}'], "40/refused,"],
  "a connect with a query": [["40/refused?token=secret,"], "44/refused"],
  "a connect without a comma": [["40/refused"], "44/refused,"],
};

/** Those of clients of Socket.IO 2, whose query is their payload. */
export const oldConnects = {
  ...connects,
  "a connect that is let in": [["40/refused?token=secret,"], "40/refused,"],
  "a connect with a query": [["40/nope?token=secret,"], "44/nope"],
  "a connect with a query of nothing": [["40/refused?,"], "44/refused"],
};

/** The same in one payload: as messages of a WebSocket it depends on how they come in. */
const together = {
  "an event behind a disconnect": [["41", '421["message-with-ack"]'], ""],
  "a connect behind a disconnect": [["41", "40"], '42["auth"'],
};

/** What `server` told its other clients of the end of socket `id`. */
export function reasons(observer) {
  const told = new Map();
  observer.on("left", (id, reason) => told.set(id, reason));
  return async (id) => {
    while (!told.has(id)) await next(observer, "left");
    return told.get(id);
  };
}

// A namespace that is joined at the end: what answers as long as the connection is there.
const end = "40/custom,";
const isEnd = (message) => typeof message === "string" && message.startsWith(end);

/** Whether `seen` is all: something that begins with `last` is there, and what ends a script. */
const isAll = (seen, last) =>
  seen.some(isEnd) && seen.some((one) => typeof one === "string" && one.startsWith(last));

const transcript = (seen) => seen.map(plain).filter((one) => !/^4[02]\/custom,/.test(one));

/** Sends all, and `ending`, and gives what is seen of it in one line. */
export async function played(session, sent, last, ending = end) {
  await session.send([...sent, ending]);
  const seen = [];
  for (let ended; !ended && !isAll(seen, last);) {
    const now = await session.more();
    ended = now.ended;
    seen.push(...now.came, ...(ended ? [ended] : []));
  }
  await session.leave();
  return transcript(seen);
}

/** Engine.IO and Socket.IO packets: name to what is seen. */
export async function playPackets(server, reasonOf, through = carriers, joins = connects) {
  const lines = {};
  for (const [via, join] of Object.entries(through)) {
    const all = Object.entries(packets).map(([name, sent]) => [name, [sent, ""]]);
    const more = { ...joins, ...(via.endsWith("polling") && together) };
    for (const [name, [sent, last]] of [...all, ...Object.entries(more)]) {
      const session = await join(server);
      const seen = await played(session, sent, last);
      const reason = await within(reasonOf(session.id), `the end of ${name} over ${via}`);
      lines[`${name} (${via})`] = [...seen, reason].join(" ");
    }
  }
  return lines;
}

/** The WebSocket's own frames. */
export async function playFrames(server, reasonOf) {
  const frames = {
    "a frame without a mask": [0x81, 0x01, 0x36],
    "a frame of a reserved opcode": [0x83, 0x80, 0, 0, 0, 0],
    "a frame with a reserved bit": [0xc1, 0x81, 0, 0, 0, 0, 0x36],
    "a text frame that is no UTF-8": [0x81, 0x82, 0, 0, 0, 0, 0x34, 0xff],
    "a continuation of nothing": [0x80, 0x81, 0, 0, 0, 0, 0x36],
    "a ping in parts": [0x09, 0x80, 0, 0, 0, 0],
    "a ping of 126 bytes": [0x89, 0xfe, 0, 126, 0, 0, 0, 0],
    "a frame of 1,000,001 bytes": [0x81, 0xff, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x41, 0, 0, 0, 0],
    "a close without a code": [0x88, 0x80, 0, 0, 0, 0],
    "a close of 1000": [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8],
    "a close of 3999": [0x88, 0x82, 0, 0, 0, 0, 0x0f, 0x9f],
    "a close of 1005": [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed],
    "a close of one byte": [0x88, 0x81, 0, 0, 0, 0, 0x03],
  };
  const lines = {};
  for (const [name, frame] of Object.entries(frames)) {
    const socket = await joinWebSocket(server);
    socket._socket.write(Buffer.from(frame));
    const code = await within(socket.closed, `the end of ${name}`);
    lines[name] = `closed ${code} ${await within(reasonOf(socket.id), `the end of ${name}`)}`;
  }
  const ponged = await joinWebSocket(server);
  ponged.ping("x");
  lines["a ping frame"] = `pong ${(await next(ponged, "pong"))[0]}`;
  return lines;
}

/** A polling session's payloads. */
export async function playPayloads(server) {
  const payloads = {
    "two packets": '42["message",1]\x1e42["message",2]',
    "a separator at the end": '42["message",1]\x1e',
    "a separator at the beginning": '\x1e42["message",1]',
    "two separators": '42["message",1]\x1e\x1e42["message",2]',
    "what is no packet behind one": '42["message",1]\x1exyz',
    "binary that is no base64": `451-["message",${placeholder()}]\x1eb!!!`,
    "an empty body": "",
  };
  const lines = {};
  for (const [name, body] of Object.entries(payloads)) {
    const session = await joinPolling(server);
    const posted = await session.post(body);
    const again = await session.post('42["message","end"]');
    let text = "";
    let got;
    do {
      got = await session.get();
      text += ` ${got.status} ${plain(got.body)}`;
    } while (got.status === 200 && !got.body.includes('"end"'));
    lines[`payload: ${name}`] =
      `${posted.status} ${posted.body}, ${again.status} ${plain(again.body)},${text}`;
  }
  return lines;
}

/** How a session moves to WebSocket. */
export async function playUpgrades(server, openProbe) {
  const lines = {};
  const probing = async (name, act) => {
    const session = await joinPolling(server);
    const seen = [];
    await act(session, seen);
    lines[`upgrade: ${name}`] = seen.join(", ");
  };
  const answer = async (session) => {
    const { status, body } = await request(server, session.path);
    return `GET: ${status} ${plain(body)}`;
  };
  const opened = (session) => openProbe(server, `&sid=${session.sid}`);
  await probing("as it should be", async (session, seen) => {
    const held = answer(session);
    const probe = await opened(session);
    probe.send("2probe");
    seen.push(await probe.receive());
    seen.push(await held);
    probe.send("5");
    probe.send('42["message",1]');
    seen.push(await probe.receive());
    seen.push(await answer(session));
    const late = await opened(session);
    seen.push(`another: ${await within(late.closed, "the end of another probe")}`);
  });
  for (const [name, sent] of Object.entries({ "a probe of another word": ["2other"],
    "a probe that is a message": ['42["message"]'],
    "an upgrade without a probe": ["5", '42["message",1]'] })) {
    await probing(name, async (session, seen) => {
      const probe = await opened(session);
      for (const packet of sent) probe.send(packet);
      const what = await Promise.race([
        probe.receive(), probe.closed.then((code) => `closed ${code}`)]);
      seen.push(what);
      await session.post('42["message",2]');
      seen.push(await answer(session));
    });
  }
  await probing("two probes at once", async (session, seen) => {
    const [first, second] = [await opened(session), await opened(session)];
    first.send("2probe");
    seen.push(await first.receive());
    const what = await Promise.race([
      second.closed.then((code) => `second closed ${code}`),
      (second.send("2probe"), second.receive())]);
    seen.push(what);
  });
  return lines;
}

