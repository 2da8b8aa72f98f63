// WebSockets by bare TCP: what no library would send.

import assert from "node:assert/strict";
import { openTcp } from "./peers.mjs";

/** A WebSocket frame, masked as a client's must be. */
export function frame(opcode, payload = Buffer.alloc(0),
  { fin = true, rsv = 0, masked = true, length } = {}) {
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
export async function bareWebSocket(server, { join = true } = {}) {
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
export function closeCode(text) {
  const bytes = Buffer.from(text, "latin1");
  for (const at of [bytes.length - 4, bytes.length - 2]) {
    if (at >= 0 && bytes[at] === 0x88 && bytes[at + 1] === bytes.length - at - 2) {
      return bytes[at + 1] === 2 ? bytes.readUInt16BE(at + 2) : 1005;
    }
  }
}
