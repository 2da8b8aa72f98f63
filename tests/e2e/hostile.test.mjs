// What bad input gets: it costs its sender only. In every test two bystanders chat throughout and
// must neither miss nor reorder anything; at the end the server has nothing left over.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import {
  ask, clientsOf, dropAll, joinPolling, joinWebSocket, nextWhere, openTcp, openWebSocket,
} from "./peers.mjs";
import { isReference, settles, slowness, startServer, within } from "./server.mjs";

const strict = { skip: isReference && "the reference is lenient or unbounded here" };

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;
const residentMiB = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;

/** A WebSocket frame, masked as a client's must be. */
function frame(opcode, payload = Buffer.alloc(0), { fin = true, rsv = 0, masked = true, length } = {}) {
  const size = length ?? payload.length;
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const mask = masked ? 0x80 : 0;
  if (size < 126) head.push(mask | size);
  else if (size < 65536) head.push(mask | 126, size >> 8, size & 255);
  else {
    const big = Buffer.alloc(8);
    big.writeBigUInt64BE(BigInt(size));
    head.push(mask | 127, ...big);
  }
  return Buffer.concat([Buffer.from(head), masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}

/** A WebSocket by bare TCP, joined to / by hand where `join` is set. */
async function bareWebSocket(server, { join = true } = {}) {
  const tcp = await openTcp(server,
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n" +
    "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const text = await tcp.until((all) => all.includes("maxPayload"), "the handshake");
  assert.match(text, /^HTTP\/1\.1 101 .*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/is);
  if (join) {
    tcp.write(frame(1, Buffer.from("40")));
    const joined = await tcp.until((all) => all.includes('42["auth"'), "the CONNECT reply");
    tcp.id = /40\{"sid":"([^"]+)"/.exec(joined)[1];
  }
  return tcp;
}

/** The code of the Close frame at the end of what came, or undefined. */
function closeCode(text) {
  const bytes = Buffer.from(text, "latin1");
  for (const at of [bytes.length - 4, bytes.length - 2]) {
    if (at >= 0 && bytes[at] === 0x88 && bytes[at + 1] === bytes.length - at - 2) {
      return bytes[at + 1] === 2 ? bytes.readUInt16BE(at + 2) : 1005;
    }
  }
}

describe("bad input", () => {
  const clients = clientsOf();
  let server, speaker, listener, before_, n;
  const heard = [];

  before(async () => {
    server = await startServer("e2e", ["--attachments-timeout", String(500 * slowness)]);
    [speaker, listener] = await Promise.all([clients.connect(server), clients.connect(server)]);
    listener.on("chat", (word, i) => word === "bystander" && heard.push(i));
    [before_] = await ask(speaker, "stats");
  });
  beforeEach(() => { heard.length = 0; n = 0; });
  afterEach(async () => {
    await dropAll();
    await chat(20);
    assert.deepEqual(heard, [...Array(n).keys()]);
    await settles(async () => (await ask(speaker, "stats"))[0], before_, "nothing is left over");
  });
  after(async () => {
    await clients.closeAll();
    await server.stop();
  });

  /** Bystanders exchange so many messages. */
  async function chat(count) {
    const last = n + count - 1;
    const done = nextWhere(listener, "chat", (word, i) => word === "bystander" && i === last);
    while (n <= last) speaker.emit("chat", "bystander", n++);
    await Promise.race([done, server.death]);
  }

  async function closedWith(bytes, code) {
    const tcp = await bareWebSocket(server);
    for (const piece of [bytes].flat()) tcp.write(piece);
    const text = await tcp.text();
    if (code !== undefined) assert.equal(closeCode(text), code);
  }

  async function closedOver(sender, code) {
    assert.equal(await within(sender.closed, "closed"), code);
  }

  describe("in Socket.IO packets", () => {
    it("text that is not UTF-8 is closed with 1007", async () => {
      const socket = await joinWebSocket(server);
      socket.send(Buffer.from('42["message","\xff\xfe"]', "latin1"), { binary: false });
      await closedOver(socket, 1007);
    });

    it("a payload that is not UTF-8 stays with its sender", async () => {
      const session = await joinPolling(server);
      await session.post(Buffer.from('42["chat","\xc3\x28"]', "latin1"));
    });

    it("JSON nested 100,000 deep is closed", strict, async () => {
      const deep = (open, close) => `42["message",${open.repeat(1e5)}1${close.repeat(1e5)}]`;
      for (const text of [deep("[", "]"), deep('{"a":', "}"), `42["message",${"[".repeat(9e5)}`]) {
        const socket = await joinWebSocket(server);
        socket.send(text);
        await closedOver(socket, 1005);
      }
      const auth = await openWebSocket(server);
      auth.send(`40{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`);
      await closedOver(auth, 1005);
    });

    it("half a million arguments are closed", strict, async () => {
      for (const head of ['42["message"', '421["message-with-ack"', "430[1"]) {
        const socket = await joinWebSocket(server);
        socket.send(head + ",1".repeat(490_000) + "]");
        await closedOver(socket, 1005);
      }
    });

    it("a million elements in one argument go through or are closed", async () => {
      const socket = await joinWebSocket(server);
      socket.send(`42["message",[${"1,".repeat(490_000)}1]]`);
      await Promise.race([closedOver(socket, 1005), socket.receive()]);
    });

    it("attachments announced and never sent are closed in time", strict, async () => {
      const socket = await joinWebSocket(server);
      socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      socket.send(Buffer.from([1]));
      await closedOver(socket, 1005);
    });

    it("more attachments than can be are closed", async () => {
      for (const count of ["11", "1000000", "99999999999999999999999", "-1", "1.5", ""]) {
        const socket = await joinWebSocket(server);
        socket.send(`45${count}-["message",{"_placeholder":true,"num":0}]`);
        await closedOver(socket, 1005);
      }
    });

    it("placeholders that no attachment is for are closed", async () => {
      for (const num of ["1", "-1", "99999999999999999999", '"0"', "null", "true",
        ...(isReference ? [] : ["0.5"])]) {
        const socket = await joinWebSocket(server);
        socket.send(`451-["message",{"_placeholder":true,"num":${num}}]`);
        socket.send(Buffer.from([1]));
        await closedOver(socket, 1005);
      }
    });

    it("a placeholder sent as plain JSON means no attachment of others", strict, async () => {
      for (const num of [{}, { num: 0 }, { num: 1 }, { num: 1e6 }]) {
        const forger = await clients.connect(server, "/ops",
          { auth: { x: { _placeholder: true, ...num } } });
        await ask(forger, "set-data", Buffer.from("own"));
        const [[found]] = await ask(forger, "fetch", { to: [forger.id] });
        assert.deepEqual(found.data, Buffer.from("own"));
        assert.deepEqual(found.auth.x, { _placeholder: false, ...num });
        forger.close();
      }
    });

    it("ack ids past 64 bits get no other id back", strict, async () => {
      for (const id of ["18446744073709551616", "9".repeat(30), "9".repeat(5000)]) {
        const socket = await joinWebSocket(server);
        socket.send(`42${id}["message-with-ack","x"]`);
        socket.send(`43${id}["x"]`);
        socket.send("40");  // A second CONNECT ends it, whatever became of the rest.
        assert.equal(await within(socket.closed, "closed"), 1005);
        for (const reply of socket.unread()) assert.ok(reply.startsWith(`43${id}[`), reply);
      }
    });

    it("long and many namespaces are closed or refused", async () => {
      const long = await openWebSocket(server);
      long.send(`40/${"x".repeat(100_000)},`);
      const answered = (socket) => Promise.race([
        closedOver(socket, 1005), socket.receiveWhere((m) => m.startsWith?.("44/"), "refusal")]);
      await answered(long);
      const many = await joinWebSocket(server);
      for (let i = 0; i < 1000; ++i) many.send(`40/n${i},`);
      await answered(many);
    });

    it("keys that mean something elsewhere are only keys", async () => {
      const socket = await joinWebSocket(server);
      const text = '[{"__proto__":{"x":1},"constructor":{"_placeholder":true,"num":0}}]';
      socket.send(`421["message-with-ack",${text.slice(1)}`);
      assert.equal(await socket.receive(), `431${text}`);
    });
  });

  describe("in WebSocket frames", () => {
    const protocolErrors = [
      ["an unmasked frame", frame(1, Buffer.from("3"), { masked: false })],
      ["reserved bits", frame(1, Buffer.from("3"), { rsv: 4 })],
      ["a reserved opcode", frame(3)],
      ["a reserved control opcode", frame(11)],
      ["a continuation of nothing", frame(0, Buffer.from("3"))],
      ["a new message inside another", [frame(1, Buffer.from("3"), { fin: false }), frame(1)]],
      ["a fragmented ping", frame(9, Buffer.alloc(0), { fin: false })],
      ["a long ping", frame(9, Buffer.alloc(126))],
      ["a Close of one byte", frame(8, Buffer.from([3]))],
      ["a Close with a reserved code", frame(8, Buffer.from([0x03, 0xed]))],
    ];
    for (const [what, bytes] of protocolErrors) {
      it(`${what} is closed with 1002`, () => closedWith(bytes, 1002));
    }

    it("a Close is answered with its code", () =>
      closedWith(frame(8, Buffer.from([0x03, 0xe8])), 1000));

    it("a frame that claims 2^62 bytes is closed", async () => {
      const head = Buffer.concat([Buffer.from([0x82, 0xff, 0x40]), Buffer.alloc(7 + 4)]);
      const tcp = await bareWebSocket(server);
      tcp.write(head);
      assert.ok([1009, 1002].includes(closeCode(await tcp.text())));
    });

    it("fragments that add up past the bound are closed with 1009", async () => {
      const part = Buffer.alloc(60_000, 0x33);
      const parts = [...Array(18)].map((_, i) => frame(i ? 0 : 2, part, { fin: false }));
      await closedWith(parts, 1009);
    });

    it("endless empty fragments are closed", strict, () =>
      closedWith([frame(1, Buffer.from("3"), { fin: false }),
        Buffer.concat([...Array(40_000)].map(() => frame(0, undefined, { fin: false })))]));

    it("bytes one by one are a message all the same", async () => {
      const tcp = await bareWebSocket(server);
      tcp.setNoDelay();
      for (const byte of frame(1, Buffer.from('427["message-with-ack","slow"]'))) {
        await new Promise((resolve) => tcp.write(Buffer.from([byte]), resolve));
      }
      await tcp.until((text) => text.includes('437["slow"]'), "the acknowledgement");
    });

    it("a flood of pings that nobody reads the pongs of stays bounded", async () => {
      const tcp = await bareWebSocket(server);
      tcp.pause();
      const flood = Buffer.concat([...Array(1000)].map(() => frame(9, Buffer.alloc(125))));
      const before = residentMiB(server.pid);
      for (let i = 0; i < 300 && !tcp.destroyed && tcp.writableLength < 8 << 20; ++i) {
        tcp.write(flood);
        await chat(2);
      }
      if (slowness === 1 && !isReference) assert.ok(residentMiB(server.pid) - before < 64);
    });
  });

  describe("in HTTP requests", () => {
    const path = "/socket.io/?EIO=4&transport=polling";
    const refused = async (bytes, status) => {
      const tcp = await openTcp(server, bytes);
      const text = await tcp.text(20_000);
      assert.match(text, new RegExp(`^HTTP/1\\.[01] ${status} `), text.slice(0, 200));
      assert.equal(text.match(/HTTP\/1\.[01] /g).length, 1, "one answer only");
    };

    const smuggled = `GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`;
    const framings = [
      ["two lengths", "Content-Length: 3\r\nContent-Length: 4\r\n"],
      ["a length beside chunks", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"],
      ["an encoding that does not end in chunked", "Transfer-Encoding: chunked, gzip\r\n"],
      ["a negative length", "Content-Length: -1\r\n"],
      ["a length past 64 bits", `Content-Length: ${"9".repeat(30)}\r\n`],
      ["a broken chunk", "Transfer-Encoding: chunked\r\n", "zz\r\n\r\n"],
      ["a space before the colon", "Content-Length : 0\r\n"],
    ];
    for (const [what, fields, body = ""] of framings) {
      it(`${what} is refused and the connection closed`, () =>
        refused(`POST ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}${smuggled}`, 400));
    }

    it("chunks in HTTP/1.0 are refused", strict, () =>
      refused(`POST ${path} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`, 400));

    it("HTTP/1.1 without Host is refused", strict, () =>
      refused(`GET ${path} HTTP/1.1\r\n\r\n`, 400));

    it("a header flood is refused", () =>
      refused(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Flood: ${"x".repeat(100_000)}\r\n\r\n`, 431));

    it("a flood of header fields is refused", strict, () =>
      refused(`GET ${path} HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(1000)}\r\n`, 431));

    it("an endless request line is refused", async () => {
      const tcp = await openTcp(server, `GET ${path}&x=${"x".repeat(100_000)}`);
      assert.match(await tcp.text(20_000), /^(HTTP\/1\.[01] 4\d\d |$)/);
    });

    it("what is not HTTP is refused", async () => {
      for (const bytes of [Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(100),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\nhello\r\n\r\n"]) {
        const tcp = await openTcp(server, bytes);
        tcp.end();
        assert.match(await tcp.text(20_000), /^(HTTP\/1\.[01] (400|505) |$)/);
      }
    });

    it("an oversize body is refused by its length alone", strict, async () => {
      const session = await joinPolling(server);
      const tcp = await openTcp(server, `POST ${session.path} HTTP/1.1\r\nHost: x\r\n` +
        "Content-Length: 99999999999\r\n\r\n42");
      await tcp.until((text) => text.startsWith("HTTP/1.1 413 "), "413");
    });

    it("a bad WebSocket key or version is refused", async () => {
      const head = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n" +
        "Connection: Upgrade\r\nUpgrade: websocket\r\n";
      for (const fields of [
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n",
        "Sec-WebSocket-Version: 13\r\n",
      ]) {
        await refused(`${head}${fields}\r\n`, 400);
      }
      await refused(`${head}Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
        "(400|426)");
    });

    it("connections that break off leave no descriptors behind", async () => {
      const before = descriptors(server.pid);
      const session = await joinPolling(server);
      const pieces = ["", "G", `GET ${path} HTTP/1.1\r\nHo`, `GET ${path}&sid=x HTTP/1.1\r\nHost: x\r\n\r\n`,
        `POST ${session.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4`];
      for (let i = 0; i < 200; ++i) {
        const tcp = await openTcp(server, pieces[i % pieces.length]);
        i % 2 ? tcp.destroy() : tcp.resetAndDestroy();
      }
      for (let i = 0; i < 50; ++i) (await bareWebSocket(server, { join: i % 2 })).resetAndDestroy();
      await within((async () => {
        while (descriptors(server.pid) > before + 2) await chat(1);
      })(), "the descriptors are back");
    });
  });

  it("resets in the midst of a broadcast end those clients only", async () => {
    // Enough of them that the server gathers input for a while before it writes.
    for (let round = 0; round < 3; ++round) {
      const crowd = await Promise.all([...Array(300)].map(() => bareWebSocket(server)));
      while (crowd.length) {
        for (const tcp of crowd.splice(0, 3)) tcp.resetAndDestroy();
        await chat(2);
      }
    }
  });

  describe("from a client that does not read", () => {
    it("costs the others nothing, and is cut off", async () => {
      const stalled = await bareWebSocket(server);
      stalled.pause();
      const cut = isReference ? undefined
        : nextWhere(speaker, "left", (id) => id === stalled.id, 30_000);
      const before = residentMiB(server.pid);
      const block = "x".repeat(64 * 1024);
      for (let i = 0; i < 300; ++i) {
        const echoed = nextWhere(listener, "chat", (word, _, k) => word === "block" && k === i);
        speaker.emit("chat", "block", block, i);
        if (i % 10 === 0) await chat(1);
        await echoed;
      }
      await cut;
      if (slowness === 1 && !isReference) assert.ok(residentMiB(server.pid) - before < 64);
    });

    it("is not kept by polling either", async () => {
      const session = await joinPolling(server);  // Never asks again for what is due to it.
      const cut = isReference ? undefined
        : nextWhere(speaker, "left", (id) => id === session.id, 30_000);
      const block = "x".repeat(64 * 1024);
      for (let i = 0; i < 100; ++i) {
        const echoed = nextWhere(listener, "chat", (word, _, k) => word === "block" && k === i);
        speaker.emit("chat", "block", block, i);
        await echoed;
      }
      await cut;
    });

    it("gets no more handled than it reads answers of", async () => {
      const stalled = await bareWebSocket(server);
      stalled.pause();
      const flood = frame(1, Buffer.from(`42["message","${"x".repeat(10_000)}"]`));
      const before = residentMiB(server.pid);
      for (let i = 0; i < 1500 && !stalled.destroyed && stalled.writableLength < 4 << 20; ++i) {
        stalled.write(flood);
        if (i % 50 === 0) await chat(1);
      }
      if (slowness === 1 && !isReference) assert.ok(residentMiB(server.pid) - before < 64);
    });
  });
});
