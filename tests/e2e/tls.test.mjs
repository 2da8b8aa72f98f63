// TLS with a certificate of the test's own: https and wss with unchanged clients.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { after, afterEach, before, describe, it } from "node:test";
import { ask, clientsOf, collect, dropAll, next, openTcp, transportSets } from "./peers.mjs";
import { isReference, settles, startServer, within } from "./server.mjs";

const ours = { skip: isReference && "the reference is given an https server by its user" };

describe("TLS", ours, () => {
  let folder;
  const file = (name) => join(folder, name);
  const makeCertificate = (name) => execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
    "-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-days", "2",
    "-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
  ], { stdio: "ignore" });
  const use = (name) => {
    copyFileSync(file(`${name}.pem`), file("used.pem"));
    copyFileSync(file(`${name}.key`), file("used.key"));
  };
  const start = (program = "carriers", ...args) => startServer(program,
    ["--tls-certificate", file("used.pem"), "--tls-key", file("used.key"), ...args]);
  const trust = (name = "first") => ({ ca: readFileSync(file(`${name}.pem`)) });

  let server;
  const clients = clientsOf();
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "troupe-tls-"));
    for (const name of ["first", "second", "client"]) makeCertificate(name);
    use("first");
    server = await start();
  });
  afterEach(async () => {
    await clients.closeAll();
    await dropAll();
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const connect = (transports = ["websocket"], options = trust()) =>
    clients.connect(server, "/", { transports, ...options });
  /** A TLS connection by hand, its handshake made. */
  async function openTls(options) {
    const socket = tls.connect({ host: "127.0.0.1", port: server.port, ...trust(), ...options });
    socket.on("error", () => {});
    await within(Promise.race([
      once(socket, "secureConnect"),
      once(socket, "error").then(([error]) => Promise.reject(error)),
    ]), "the TLS handshake");
    return socket;
  }

  for (const [name, transports] of Object.entries(transportSets)) {
    it(`carries clients over ${name}`, async () => {
      const sockets = [await connect(transports), await connect(transports)];
      assert.deepEqual(await ask(sockets[0], "secure"), [true]);
      const heard = sockets.map((socket) => collect(socket, "all", 3));
      const big = "☂".repeat(100_000);
      const messages = [["text"], [Buffer.alloc(70_000, 7), { x: [1] }], [big]];
      for (const args of messages) sockets[1].emit("all", ...args);
      for (const one of heard) assert.deepEqual(await one, messages);
      assert.deepEqual(await ask(sockets[0], "ask", big), [big]);
    });
  }

  it("offers HTTP/1.1 and a modern protocol only", async () => {
    const socket = await openTls({ ALPNProtocols: ["h2", "http/1.1"] });
    assert.equal(socket.alpnProtocol, "http/1.1");
    assert.equal(socket.getProtocol(), "TLSv1.3");
    socket.destroy();
    const older = await openTls({ maxVersion: "TLSv1.2" });
    assert.match(older.getCipher().name, /^ECDHE-.*(GCM|POLY1305)/);
    older.destroy();
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await assert.rejects(openTls(old), /version|alert|disconnected|reset/i);
    await assert.rejects(openTls({ maxVersion: "TLSv1.2", ciphers: "AES128-SHA" }));
  });

  it("is not impressed by what is no TLS", async () => {
    const socket = await connect();
    const before = (await ask(socket, "stats"))[0].tls_failures;
    for (const bytes of ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\xff\xff" + "x".repeat(70_000)]) {
      const plain = await openTcp(server, Buffer.from(bytes, "latin1"));
      await plain.text();
    }
    const half = await openTls();
    half.destroy();
    assert.deepEqual(await ask(socket, "ask", 1), [1]);
    const failures = async () => (await ask(socket, "stats"))[0].tls_failures;
    await settles(async () => (await failures()) - before, 2, "both are counted");
  });

  it("closes who does not make the handshake", async () => {
    const impatient = await start("carriers", "--http-header-timeout-ms", "200");
    const mute = await openTcp(impatient);
    assert.equal(await mute.text(), "");
    await impatient.stop();
  });

  it("ends a connection in order behind a response that is the last", async () => {
    const asked = https.get(`${server.url}/nowhere`,
      { ...trust(), agent: false, headers: { Connection: "close" } });
    const [answer] = await within(once(asked, "response"), "the response");
    assert.equal(answer.statusCode, 404);
    await within(answer.toArray(), "its end");
  });

  it("delivers all that was sent to a slow reader before it was closed", async () => {
    const small = await start("carriers",
      "--send-buffer-bytes", "16384", "--close-timeout-ms", "600000");
    const socket = await clients.connect(small, "/", { transports: ["websocket"], ...trust() });
    const heard = [];
    socket.on("flood", (n, text) => heard.push([n, text.length]));
    const gone = next(socket, "disconnect");
    const raw = socket.io.engine.transport.ws._socket;
    socket.emit("flood", 300, 9_000);
    raw.pause();
    const other = await clients.connect(small, "/", { transports: ["websocket"], ...trust() });
    for (let i = 0; i < 20; ++i) await ask(other, "ask", i);
    raw.resume();
    assert.deepEqual((await gone)[0], "io server disconnect");
    assert.equal(heard.length, 300);
    assert.deepEqual(heard.at(-1), [299, 9_000]);
    await clients.closeAll();
    await small.stop();
  });

  it("reads its certificate again, and keeps the old one if it cannot", async () => {
    const socket = await connect();
    const name = async (options) => {
      const peer = await openTls(options);
      const { subject } = peer.getPeerCertificate();
      peer.destroy();
      return subject.CN;
    };
    writeFileSync(file("used.pem"), "nonsense");
    assert.match((await ask(socket, "reload-tls"))[0], /TLS/);
    assert.equal(await name(), "first");
    copyFileSync(file("second.pem"), file("used.pem"));
    assert.match((await ask(socket, "reload-tls"))[0], /mismatch/);
    use("second");
    assert.deepEqual(await ask(socket, "reload-tls"), ["reloaded"]);
    assert.equal(await name(trust("second")), "second");
    assert.deepEqual(await ask(socket, "ask", "still"), ["still"]);
    await connect(["polling", "websocket"], trust("second"));
    use("first");
    await ask(socket, "reload-tls");
  });

  it("may demand certificates of the clients", async () => {
    const strict = await start("carriers", "--tls-client-authority", file("client.pem"));
    const certificate = {
      cert: readFileSync(file("client.pem")), key: readFileSync(file("client.key")),
    };
    const options = { transports: ["websocket"], ...trust() };
    await assert.rejects(clients.connect(strict, "/", options));
    const socket = await clients.connect(strict, "/", { ...options, ...certificate });
    assert.deepEqual(await ask(socket, "ask", "me"), ["me"]);
    await clients.closeAll();
    await strict.stop();
  });

  it("is troupe-node's by two options, and by SIGHUP anew", async () => {
    const node = await start("node");
    assert.match(node.url, /^https:/);
    const all = [];
    for (const transports of Object.values(transportSets))
      all.push(await clients.connect(node, "/", { transports, ...trust() }));
    const heard = all.map((socket) => next(socket, "chat"));
    all[0].emit("chat", "hello");
    for (const one of heard) assert.deepEqual(await one, ["hello"]);
    await (await openTcp(node, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).text();
    await settles(() => /TLS failed: http request/.test(node.log()), true, "a line in the log");
    await clients.closeAll();  // Polling, one would meet a certificate that it does not trust.
    use("second");
    process.kill(node.pid, "SIGHUP");
    await within((async () => {
      while (!(await clients.connect(node, "/", trust("second")).catch(() => null)));
    })(), "the other certificate");
    use("first");
    await clients.closeAll();
    await node.stop();
  });

  it("does not start without its files", async () => {
    await assert.rejects(startServer("node", ["--tls-certificate", file("none.pem")]),
      /does not exist: .*none\.pem/);
  });
});
