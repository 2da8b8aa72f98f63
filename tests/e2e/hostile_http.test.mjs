// What bad HTTP gets, and connections that break off: it costs their sender only.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, it } from "node:test";
import { bareWebSocket } from "./bare_websocket.mjs";
import { bystanders, strict } from "./bystanders.mjs";
import { joinPolling, openTcp } from "./peers.mjs";
import { within } from "./server.mjs";

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

describe("bad HTTP", () => {
  const here = bystanders();
  const path = "/socket.io/?EIO=4&transport=polling";
  const refused = async (bytes, status) => {
    const tcp = await openTcp(here.server, bytes);
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
    refused(`POST ${path} HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n` +
      `0\r\n\r\n${smuggled}`, 400));

  it("HTTP/1.1 without Host is refused", strict, () =>
    refused(`GET ${path} HTTP/1.1\r\n\r\n`, 400));

  it("a header flood is refused", () =>
    refused(`GET ${path} HTTP/1.1\r\nHost: x\r\nX-Flood: ${"x".repeat(100_000)}\r\n\r\n`, 431));

  it("a flood of header fields is refused", strict, () =>
    refused(`GET ${path} HTTP/1.1\r\nHost: x\r\n${"a: b\r\n".repeat(1000)}\r\n`, 431));

  it("an endless request line is refused", async () => {
    const tcp = await openTcp(here.server, `GET ${path}&x=${"x".repeat(100_000)}`);
    assert.match(await tcp.text(20_000), /^(HTTP\/1\.[01] 4\d\d |$)/);
  });

  it("what is not HTTP is refused", async () => {
    for (const bytes of [Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]), Buffer.alloc(100),
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\r\n\r\nhello\r\n\r\n"]) {
      const tcp = await openTcp(here.server, bytes);
      tcp.end();
      assert.match(await tcp.text(20_000), /^(HTTP\/1\.[01] (400|505) |$)/);
    }
  });

  it("an oversize body is refused by its length alone", strict, async () => {
    const session = await joinPolling(here.server);
    const tcp = await openTcp(here.server, `POST ${session.path} HTTP/1.1\r\nHost: x\r\n` +
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
    await refused(`${head}Sec-WebSocket-Version: 99\r\n` +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "(400|426)");
  });

  it("connections that break off leave no descriptors behind", async () => {
    const before = descriptors(here.server.pid);
    const session = await joinPolling(here.server);
    const pieces = ["", "G", `GET ${path} HTTP/1.1\r\nHo`,
      `GET ${path}&sid=x HTTP/1.1\r\nHost: x\r\n\r\n`,
      `POST ${session.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n4`];
    for (let i = 0; i < 200; ++i) {
      const tcp = await openTcp(here.server, pieces[i % pieces.length]);
      i % 2 ? tcp.destroy() : tcp.resetAndDestroy();
    }
    for (let i = 0; i < 50; ++i) {
      (await bareWebSocket(here.server, { join: i % 2 })).resetAndDestroy();
    }
    await within((async () => {
      while (descriptors(here.server.pid) > before + 2) await here.chat(1);
    })(), "the descriptors are back");
  });
});
