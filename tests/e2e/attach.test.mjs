// Connections that the program accepted: from a Boost.Beast HTTP server of its own.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import net from "node:net";
import { after, afterEach, before, describe, it } from "node:test";
import {
  ask, clientsOf, collect, dropAll, openPolling, openTcp, polling, request, transportSets,
} from "./peers.mjs";
import { isReference, startServer, within } from "./server.mjs";

const ours = { skip: isReference && "about our own programs" };

async function close(server, sid) {
  const answer = await request(server, polling(`&sid=${sid}`), { method: "POST", body: "1" });
  assert.equal(answer.body, "ok");
}

describe("the example beast_server", ours, () => {
  let server;
  before(async () => { server = await startServer("examples/beast_server"); });
  after(() => server.stop());
  afterEach(dropAll);

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`hands clients on over ${name}`, async () => {
      const clients = clientsOf(undefined, transports);
      const all = await Promise.all([...Array(3)].map(() => clients.connect(server)));
      const heard = all.map((socket) => collect(socket, "chat", 3));
      for (const message of ["hello", { n: 1 }, Buffer.from([0, 255])]) all[1].emit("chat", message);
      for (const one of heard) assert.deepEqual((await one)[2], [Buffer.from([0, 255])]);
      await clients.closeAll();
    });
  }

  it("answers its own pages, on connections that clients of ours used too", async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const get = async (path) => {
      const [answer] = await within(once(http.get(server.url + path, { agent }), "response"), path);
      const chunks = await within(answer.toArray(), `the body of ${path}`);
      return [answer.statusCode, Buffer.concat(chunks).toString()];
    };
    const opened = [];
    for (let i = 0; i < 3; ++i) {
      assert.deepEqual(await get("/"), [200, "the program's own page\n"]);
      const [status, body] = await get("/socket.io/?EIO=4&transport=polling");
      assert.equal(status, 200);
      opened.push(/^0\{"sid":"([^"]+)"/.exec(body)[1]);
      assert.equal((await get("/nowhere"))[0], 404);
    }
    for (const sid of opened) await close(server, sid);
    agent.destroy();
  });

  it("carries a body, and what was sent behind it is not lost", async () => {
    const session = await openPolling(server);
    assert.equal((await session.post("40")).body, "ok");
    assert.match((await session.get()).body, /^40\{"sid"/);
    const big = "x".repeat(200_000);
    assert.equal((await session.post(`42["chat","${big}"]`)).body, "ok");
    assert.equal((await session.get()).body, `42["chat","${big}"]`);
    // A WebSocket's first frame right behind its handshake.
    const socket = await openTcp(server, Buffer.concat([
      Buffer.from("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n" +
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
      Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]),
    ]));
    await socket.until((text) => text.includes('40{"sid"'));
  });

  it("refuses as the server does", async () => {
    assert.equal((await request(server, "/socket.io/?EIO=4&transport=none")).status, 400);
    assert.equal((await request(server, "/socket.io/?EIO=4&transport=polling&sid=x")).status, 400);
  });
});

describe("a server", ours, () => {
  afterEach(dropAll);

  it("takes over a socket that listens already", async () => {
    const listening = net.createServer().listen(0, "127.0.0.1");
    await once(listening, "listening");
    const { port } = listening.address();
    const server = await startServer("carriers",
      ["--listening-descriptor", "3"], {}, [listening._handle]);
    listening.close();
    assert.equal(server.port, port);
    const clients = clientsOf(undefined, ["polling", "websocket"]);
    const socket = await clients.connect(server);
    assert.deepEqual(await ask(socket, "ask", "hello"), ["hello"]);
    await clients.closeAll();
    await server.stop();
  });

  it("takes over a connection that was accepted", async () => {
    const front = net.createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(front, "listening");
    const accepted = once(front, "connection");
    const client = await openTcp({ port: front.address().port },
      "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n");
    const [socket] = await within(accepted, "the connection");
    const server = await startServer("carriers",
      ["--connected-descriptor", "3"], {}, [socket._handle]);
    socket.destroy();
    front.close();
    const handshake = await client.until((text) => /0\{"sid":"[\w-]+"/.test(text), "the handshake");
    const [, sid] = /"sid":"([\w-]+)"/.exec(handshake);
    await close(server, sid);
    client.destroy();
    await server.stop();
  });

  it("refuses to listen on what does not listen", async () => {
    const front = net.createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(front, "listening");
    const accepted = once(front, "connection");
    await openTcp({ port: front.address().port });
    const [socket] = await within(accepted, "the connection");
    await assert.rejects(startServer("carriers",
      ["--listening-descriptor", "3"], {}, [socket._handle]), /invalid argument/i);
    socket.destroy();
    front.close();
  });
});
