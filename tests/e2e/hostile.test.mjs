// What bad input gets: it costs its sender only.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bareWebSocket, closeCode, frame } from "./bare_websocket.mjs";
import { bystanders, strict } from "./bystanders.mjs";
import { ask, joinPolling, joinWebSocket, nextWhere, openWebSocket } from "./peers.mjs";
import { isReference, within } from "./server.mjs";

describe("bad input", () => {
  const here = bystanders();

  async function closedWith(bytes, code) {
    const tcp = await bareWebSocket(here.server);
    for (const piece of [bytes].flat()) tcp.write(piece);
    const text = await tcp.text();
    if (code !== undefined) assert.equal(closeCode(text), code);
  }

  async function closedOver(sender, code) {
    assert.equal(await within(sender.closed, "closed"), code);
  }

  describe("in Socket.IO packets", () => {
    it("text that is not UTF-8 is closed with 1007", async () => {
      const socket = await joinWebSocket(here.server);
      socket.send(Buffer.from('42["message","\xff\xfe"]', "latin1"), { binary: false });
      await closedOver(socket, 1007);
    });

    it("a payload that is not UTF-8 stays with its sender", async () => {
      const session = await joinPolling(here.server);
      await session.post(Buffer.from('42["chat","\xc3\x28"]', "latin1"));
    });

    it("JSON nested 100,000 deep is closed", strict, async () => {
      const deep = (open, close) => `42["message",${open.repeat(1e5)}1${close.repeat(1e5)}]`;
      for (const text of [deep("[", "]"), deep('{"a":', "}"), `42["message",${"[".repeat(9e5)}`]) {
        const socket = await joinWebSocket(here.server);
        socket.send(text);
        await closedOver(socket, 1005);
      }
      const auth = await openWebSocket(here.server);
      auth.send(`40{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`);
      await closedOver(auth, 1005);
    });

    it("half a million arguments are closed", strict, async () => {
      for (const head of ['42["message"', '421["message-with-ack"', "430[1"]) {
        const socket = await joinWebSocket(here.server);
        socket.send(head + ",1".repeat(490_000) + "]");
        await closedOver(socket, 1005);
      }
    });

    it("a million elements in one argument go through or are closed", async () => {
      const socket = await joinWebSocket(here.server);
      socket.send(`42["message",[${"1,".repeat(490_000)}1]]`);
      await Promise.race([closedOver(socket, 1005), socket.receive()]);
    });

    it("attachments announced and never sent are closed in time", strict, async () => {
      const socket = await joinWebSocket(here.server);
      socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
      socket.send(Buffer.from([1]));
      await closedOver(socket, 1005);
    });

    it("more attachments than can be are closed", async () => {
      for (const count of ["11", "1000000", "99999999999999999999999", "-1", "1.5", ""]) {
        const socket = await joinWebSocket(here.server);
        socket.send(`45${count}-["message",{"_placeholder":true,"num":0}]`);
        await closedOver(socket, 1005);
      }
    });

    it("placeholders that no attachment is for are closed", async () => {
      for (const num of ["1", "-1", "99999999999999999999", '"0"', "null", "true",
        ...(isReference ? [] : ["0.5"])]) {
        const socket = await joinWebSocket(here.server);
        socket.send(`451-["message",{"_placeholder":true,"num":${num}}]`);
        socket.send(Buffer.from([1]));
        await closedOver(socket, 1005);
      }
    });

    it("a placeholder sent as plain JSON means no attachment of others", strict, async () => {
      for (const num of [{}, { num: 0 }, { num: 1 }, { num: 1e6 }]) {
        const forger = await here.clients.connect(here.server, "/ops",
          { auth: { x: { _placeholder: true, ...num } } });
        await ask(forger, "set-data", Buffer.from("own"));
        const [[found]] = await ask(forger, "fetch", { to: [forger.id] });
        assert.deepEqual(found.data, Buffer.from("own"));
        assert.deepEqual(found.auth.x, { _placeholder: false, ...num });
      }
    });

    it("ack ids past 64 bits get no other id back", strict, async () => {
      for (const id of ["18446744073709551616", "9".repeat(30), "9".repeat(5000)]) {
        const socket = await joinWebSocket(here.server);
        socket.send(`42${id}["message-with-ack","x"]`);
        socket.send(`43${id}["x"]`);
        socket.send("40");  // A second CONNECT ends it, whatever became of the rest.
        assert.equal(await within(socket.closed, "closed"), 1005);
        for (const reply of socket.unread()) assert.ok(reply.startsWith(`43${id}[`), reply);
      }
    });

    it("long and many namespaces are closed or refused", async () => {
      const long = await openWebSocket(here.server);
      long.send(`40/${"x".repeat(100_000)},`);
      const answered = (socket) => Promise.race([
        closedOver(socket, 1005), socket.receiveWhere((m) => m.startsWith?.("44/"), "refusal")]);
      await answered(long);
      const many = await joinWebSocket(here.server);
      for (let i = 0; i < 1000; ++i) many.send(`40/n${i},`);
      await answered(many);
    });

    it("keys that mean something elsewhere are only keys", async () => {
      const socket = await joinWebSocket(here.server);
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
      const tcp = await bareWebSocket(here.server);
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
      const tcp = await bareWebSocket(here.server);
      tcp.setNoDelay();
      for (const byte of frame(1, Buffer.from('427["message-with-ack","slow"]'))) {
        await new Promise((resolve) => tcp.write(Buffer.from([byte]), resolve));
      }
      await tcp.until((text) => text.includes('437["slow"]'), "the acknowledgement");
    });

    it("a flood of pings that nobody reads the pongs of stays bounded", async () => {
      const tcp = await bareWebSocket(here.server);
      tcp.pause();
      const flood = Buffer.concat([...Array(1000)].map(() => frame(9, Buffer.alloc(125))));
      const memory = here.memory();
      for (let i = 0; i < 300 && !tcp.destroyed && tcp.writableLength < 8 << 20; ++i) {
        tcp.write(flood);
        await here.chat(2);
      }
      assert.ok(memory.hasGrownBelow(64));
    });
  });

  it("resets in the midst of a broadcast end those clients only", async () => {
    // Enough of them that the server gathers input for a while before it writes.
    for (let round = 0; round < 3; ++round) {
      const crowd = await Promise.all([...Array(300)].map(() => bareWebSocket(here.server)));
      while (crowd.length) {
        for (const tcp of crowd.splice(0, 3)) tcp.resetAndDestroy();
        await here.chat(2);
      }
    }
  });

  describe("from a client that does not read", () => {
    const isEchoed = (i) =>
      nextWhere(here.listener, "chat", (word, _, k) => word === "block" && k === i);

    it("costs the others nothing, and is cut off", async () => {
      const stalled = await bareWebSocket(here.server);
      stalled.pause();
      const cut = isReference ? undefined
        : nextWhere(here.speaker, "left", (id) => id === stalled.id, 30_000);
      const memory = here.memory();
      const block = "x".repeat(64 * 1024);
      for (let i = 0; i < 300; ++i) {
        const echoed = isEchoed(i);
        here.speaker.emit("chat", "block", block, i);
        if (i % 10 === 0) await here.chat(1);
        await echoed;
      }
      await cut;
      assert.ok(memory.hasGrownBelow(64));
    });

    it("is not kept by polling either", async () => {
      const session = await joinPolling(here.server);  // Never asks again for what is due to it.
      const cut = isReference ? undefined
        : nextWhere(here.speaker, "left", (id) => id === session.id, 30_000);
      const block = "x".repeat(64 * 1024);
      for (let i = 0; i < 100; ++i) {
        const echoed = isEchoed(i);
        here.speaker.emit("chat", "block", block, i);
        await echoed;
      }
      await cut;
    });

    it("gets no more handled than it reads answers of", async () => {
      const stalled = await bareWebSocket(here.server);
      stalled.pause();
      const flood = frame(1, Buffer.from(`42["message","${"x".repeat(10_000)}"]`));
      const memory = here.memory();
      for (let i = 0; i < 1500 && !stalled.destroyed && stalled.writableLength < 4 << 20; ++i) {
        stalled.write(flood);
        if (i % 50 === 0) await here.chat(1);
      }
      assert.ok(memory.hasGrownBelow(64));
    });
  });
});
