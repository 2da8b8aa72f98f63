// permessage-deflate with clients that offer it, and with peers that abuse it.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, describe, it } from "node:test";
import zlib from "node:zlib";
import { ask, clientsOf, collect, dropAll, next, openTcp, openWebSocket } from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

const ours = { skip: isReference && "about our own compression" };
const text = "All work and no play makes Jack a dull boy. ".repeat(2000);

/** A masked client frame; the mask is zero. */
function frame(first, payload) {
  assert.ok(payload.length < 65_536);
  const head = payload.length < 126 ? Buffer.from([first, 0x80 | payload.length])
    : Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
const deflated = (data) => {
  const whole = zlib.deflateRawSync(data, { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  return whole.subarray(0, -4);
};
const handshake = (extensions) => "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" +
  "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
  `Sec-WebSocket-Extensions: ${extensions}\r\n\r\n`;

describe("permessage-deflate", ours, () => {
  const clients = clientsOf();
  let server;
  const start = async (...args) => { server = await startServer("carriers", args); };
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
    await server?.stop();
    server = undefined;
  });
  const received = (socket) => socket.io.engine.transport.ws._socket.bytesRead;
  const extensions = (socket) => socket.io.engine.transport.ws.extensions;

  it("is off unless it is asked for", async () => {
    await start();
    const socket = await clients.connect(server);
    assert.equal(extensions(socket), "");
  });

  it("makes what clients receive and send small", async () => {
    await start("--deflate");
    const socket = await clients.connect(server);
    assert.equal(extensions(socket), "permessage-deflate");
    assert.deepEqual(await ask(socket, "ask", text), [text]);
    assert.ok(received(socket) < 5_000, `${received(socket)} bytes`);
    const before = received(socket);
    const noise = randomBytes(50_000);
    assert.deepEqual(await ask(socket, "ask", noise, text, "x"), [noise, text, "x"]);
    assert.ok(received(socket) - before < 55_000);
  });

  for (const takeover of ["0", "1"]) {
    it(`leaves alone what is sent without it (takeover ${takeover})`, async () => {
      await start("--deflate", "--deflate-takeover", takeover);
      const socket = await clients.connect(server, "/", { perMessageDeflate: { threshold: 0 } });
      for (const [event, back] of [["echo", "echo"], ["all", "all"]]) {
        for (const [suffix, low, high] of [["", 0, 5000], ["-as-it-is", text.length, Infinity]]) {
          const before = received(socket);
          const heard = next(socket, back);
          socket.emit(event + suffix, text);
          assert.deepEqual(await heard, [text]);
          const size = received(socket) - before;
          assert.ok(low <= size && size <= high, `${event}${suffix}: ${size} bytes`);
        }
      }
    });
  }

  it("works through the upgrade, beside polling clients and clients without it", async () => {
    await start("--deflate", "--threads", "2");
    const all = [
      await clients.connect(server, "/", { transports: ["polling", "websocket"] }),
      await clients.connect(server, "/", { transports: ["polling"] }),
      await clients.connect(server, "/", { perMessageDeflate: false }),
      await clients.connect(server),
      await clients.connect(server),
    ];
    assert.deepEqual(all.map((socket) => socket.io.engine.transport.ws?.extensions?.slice(0, 18)),
      ["permessage-deflate", undefined, "", "permessage-deflate", "permessage-deflate"]);
    const heard = all.map((socket) => collect(socket, "all", 30));
    const sent = [...Array(30)].map((_, n) =>
      [n, n % 3 ? text.slice(0, n * 997) : randomBytes(n * 100), n % 5 ? "" : { text }]);
    for (const args of sent) all[3].emit("all", ...args);
    for (const one of heard) assert.deepEqual(await one, sent);
  });

  const settings = [
    [[], {}],
    [["--deflate-takeover", "1"], {}],
    [["--deflate-takeover", "1"], { serverNoContextTakeover: true }],
    [["--deflate-takeover", "1"], { clientNoContextTakeover: true }],
    [["--deflate-server-bits", "9", "--deflate-client-bits", "9"], {}],
    [["--deflate-server-bits", "12", "--deflate-takeover", "1"], { serverMaxWindowBits: 10 }],
    [["--deflate-client-bits", "10", "--deflate-takeover", "1"], { clientMaxWindowBits: 9 }],
    [["--deflate-threshold", "0"], { serverMaxWindowBits: 11, clientMaxWindowBits: 11 }],
  ];
  for (const [args, perMessageDeflate] of settings) {
    it(`carries everything with ${args.join(" ")} and ${JSON.stringify(perMessageDeflate)}`,
      async () => {
        await start("--deflate", ...args);
        const socket = await clients.connect(server, "/",
          { perMessageDeflate: { threshold: 0, ...perMessageDeflate } });
        assert.match(extensions(socket), /^permessage-deflate/);
        for (const size of [0, 1, 125, 126, 1023, 1024, 65_535, 65_536, 300_000]) {
          const noise = randomBytes(size);
          const words = text.repeat(4).slice(0, size);
          assert.deepEqual(await ask(socket, "ask", words, noise), [words, noise]);
        }
      });
  }

  it("compresses from the threshold on, each message for itself", async () => {
    await start("--deflate", "--deflate-threshold", "500");
    const socket = await openTcp(server, handshake("permessage-deflate; client_max_window_bits"));
    const answer = await socket.until((got) => got.includes('0{"sid"'));
    assert.match(answer, /\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n/i);
    socket.write(frame(0x81, Buffer.from("40")));
    const joined = await socket.until((got) => /40\{"sid":"[\w-]+"\}/.test(got));
    let at = joined.length;
    const events = ["a".repeat(300), "b".repeat(600), "b".repeat(600)];
    const seen = [];
    for (const one of events) {
      const packet = `42["echo","${one}"]`;
      socket.write(frame(0xc1, deflated(packet)));
      const got = await socket.until((all) => all.length > at + 2 &&
        all.length >= at + (all.charCodeAt(at + 1) < 126 ? 2 + all.charCodeAt(at + 1)
          : 4 + all.charCodeAt(at + 2) * 256 + all.charCodeAt(at + 3)));
      const bytes = Buffer.from(got.slice(at), "latin1");
      at = got.length;
      const payload = bytes.subarray(bytes[1] < 126 ? 2 : 4);
      seen.push([bytes[0], payload]);
      const plain = bytes[0] === 0xc1
        ? zlib.inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]),
          { finishFlush: zlib.constants.Z_SYNC_FLUSH }) : payload;
      assert.equal(plain.toString(), packet);
    }
    assert.deepEqual(seen.map(([first]) => first), [0x81, 0xc1, 0xc1]);
    assert.deepEqual(seen[1][1], seen[2][1]);  // Nothing of the first is referred to.
  });

  it("declines offers that it cannot fulfil, and takes the next", async () => {
    await start("--deflate");
    for (const [offer, answer] of [
      ["permessage-deflate; server_max_window_bits=8", null],
      ["permessage-deflate; server_max_window_bits=16", null],
      ["permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", null],
      ["permessage-deflate; unknown", null],
      ["permessage-deflate; client_no_context_takeover=1", null],
      ["x-webkit-deflate-frame", null],
      ["permessage-deflate; unknown, permessage-deflate; server_max_window_bits=\"9\"",
        /server_max_window_bits=9/],
      ["foo, permessage-deflate", /permessage-deflate; server_no/],
    ]) {
      const socket = await openTcp(server, handshake(offer));
      const head = await socket.until((got) => got.includes('0{"sid"'));
      if (answer) assert.match(head, answer);
      else assert.doesNotMatch(head, /extensions/i);
    }
  });

  it("lets a bomb cost its sender only", async () => {
    await start("--deflate", "--threads", "1");
    const watcher = await clients.connect(server);
    const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`))[1]);
    const before = peak();
    for (let i = 0; i < 3; ++i) {
      const bomb = await openWebSocket(server, "", { perMessageDeflate: { threshold: 0 } });
      bomb.send(Buffer.alloc(100_000_000));
      assert.equal(await within(bomb.closed, "the bomb is closed", 30_000), 1009);
    }
    assert.ok(peak() - before < 20_000, `${peak() - before} KiB more`);
    assert.deepEqual(await ask(watcher, "ask", 1), [1]);
    // A million bytes are a message still.
    const most = "4" + "x".repeat(999_999);
    const socket = await openWebSocket(server, "", { perMessageDeflate: { threshold: 0 } });
    socket.send(most + "x");
    assert.equal(await within(socket.closed, "closed"), 1009);
  });

  it("closes what is no compressed message", async () => {
    await start("--deflate");
    const offer = handshake("permessage-deflate");
    const cases = [
      [Buffer.from([0xc1, 0x83, 0, 0, 0, 0, 0xff, 0xff, 0xff]), 1007],  // A block of no type.
      [frame(0xc1, deflated(Buffer.from([0x34, 0xff, 0xfe]))), 1007],  // Not UTF-8.
      [frame(0xa1, Buffer.from("40")), 1002],  // RSV2
      [frame(0xc9, Buffer.from("x")), 1002],  // A ping is not compressed,
      [Buffer.concat([frame(0x01, Buffer.from("4")), frame(0xc0, Buffer.from("0"))]), 1002],
    ];
    for (const [bytes, code] of cases) {
      const socket = await openTcp(server, offer);
      await socket.until((got) => got.includes('0{"sid"'));
      socket.write(bytes);
      const end = Buffer.from(await socket.text(), "latin1").subarray(-4);
      assert.deepEqual([...end], [0x88, 2, code >> 8, code & 255]);
    }
  });

  it("takes compressed messages in fragments", async () => {
    await start("--deflate");
    const socket = await openTcp(server, handshake("permessage-deflate"));
    await socket.until((got) => got.includes('0{"sid"'));
    const whole = deflated("40");
    socket.write(frame(0x41, whole.subarray(0, 1)));
    socket.write(frame(0x89, Buffer.from("between")));
    for (const byte of whole.subarray(1)) socket.write(frame(0x00, Buffer.from([byte])));
    socket.write(frame(0x80, Buffer.alloc(0)));
    const got = await socket.until((all) => all.includes('40{"sid"'));
    assert.ok(got.includes("between"));
  });
});
