// What must not happen at the seams: between the transports, credit, and the end of a socket.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinPolling, joinWebSocket, nextWhere, request } from "./peers.mjs";
import { isReference, within } from "./server.mjs";
import { sharedServer } from "./shared_server.mjs";

const strict = { skip: isReference && "the reference does otherwise" };

describe("at the seams", () => {
  const server = sharedServer();

  for (const method of ["GET", "POST"]) {
    for (const transport of ["websocket", "polling"]) {
      it(`a plain ${method} as ${transport} for a WebSocket's session is refused`, strict, async () => {
        const socket = await joinWebSocket(server);
        const answer = await request(server,
          `/socket.io/?EIO=4&transport=${transport}&sid=${socket.handshake.sid}`,
          { method, ...(method === "POST" && { body: "4x" }) });
        assert.equal(answer.status, 400);
        assert.equal(JSON.parse(answer.body).code, 3);
        socket.send('42["whisper","still here"]');
        assert.equal(await socket.receive(), '42["whisper","still here"]');
      });
    }
  }

  it("a POST is answered whose last event emits more than the credit", async () => {
    const session = await joinPolling(server);
    const events = [...Array(64)].map((_, i) => `42["chat",${i}]`);
    const answer = await within(
      session.post([...events, '42["burst",64]'].join("\x1e")), "the POST is answered");
    assert.equal(answer.body, "ok");
    assert.equal((await session.post("3")).body, "ok");
  });

  it("what a client sent before it left is handled before its end", strict, async () => {
    const listener = await server.clientsOf().connect(server);
    const session = await joinPolling(server);
    const heard = [];
    listener.on("chat", (from, i) => from === session.id && heard.push(i));
    const left = nextWhere(listener, "left", (id) => id === session.id);
    const events = [...Array(200)].map((_, i) => `42["chat","${session.id}",${i}]`);
    await session.post([...events, "41", "1"].join("\x1e"));
    assert.equal((await left)[1], "client namespace disconnect");
    assert.deepEqual(heard, [...Array(200).keys()]);
  });

  it("events that cross a DISCONNECT of the server's cost nothing", strict, async () => {
    const socket = await joinWebSocket(server);
    for (const packet of ['42["chat","before"]', '42["bye"]', '42["chat","behind"]']) {
      socket.send(packet);
    }
    assert.equal(await socket.receive(), '42["chat","before"]');
    assert.equal(await socket.receive(), "41");
    socket.send("40");  // The connection lives: the namespace may be joined again.
    assert.match(await socket.receive(), /^40\{"sid":/);
  });

  it("a DISCONNECT reaches every namespace before the connection closes", async () => {
    for (let i = 0; i < 20; ++i) {
      const socket = await joinWebSocket(server);
      socket.send("40/custom,");
      await socket.receiveWhere((m) => m.startsWith?.('42/custom,["auth"'), "auth of /custom");
      socket.send(`42["chat",${i}]`);
      socket.send('42["bye-close"]');
      await within(socket.closed, "closed");
      const came = socket.unread();  // The namespaces keep no order among each other.
      assert.deepEqual([...came].sort(), ["41", "41/custom,", `42["chat",${i}]`]);
      assert.ok(came.indexOf("41") > came.indexOf(`42["chat",${i}]`));
    }
  });

  it("an event without a name is relayed with its empty name", async () => {
    const socket = await joinWebSocket(server);
    socket.send('42["message",""]');
    assert.equal(await socket.receive(), '42["message-back",""]');
  });
});
