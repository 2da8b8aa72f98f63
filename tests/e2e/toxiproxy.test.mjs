// The fault proxy's API, asked by a client library of Toxiproxy's, and what its toxics do to
// clients that know nothing of it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import { Server } from "socket.io";
import { Toxiproxy, ToxiproxyError } from "toxiproxy-node-client";
import { connect, heard, startProxy } from "./fault_proxy.mjs";
import { isReference, settles, slowness } from "./server.mjs";

const ours = { skip: isReference && "about our own programs" };

describe("the fault proxy by Toxiproxy's own client library", ours, () => {
  let server, started, toxiproxy, upstream, proxy, client;
  before(async () => {
    const http = createServer();
    server = new Server(http);
    server.on("connection", (socket) => socket.on("echo", (value, reply) => reply?.(value)));
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    upstream = `127.0.0.1:${http.address().port}`;
    started = await startProxy(http.address().port);
    toxiproxy = new Toxiproxy(started.base);
    const made = await toxiproxy.createProxy({ name: "node", listen: "127.0.0.1:0", upstream });
    proxy = Object.assign(made, { url: `http://${made.listen}` });
  });
  afterEach(async () => {
    client?.close();
    await toxiproxy.reset();
  });
  after(async () => {
    await started.stop();
    await server.close();
  });

  const echo = (value) => client.timeout(10_000 * slowness).emitWithAck("echo", value);
  const toxic = (name, type, attributes = {}, stream = "downstream") =>
    proxy.addToxic({ name, type, stream, toxicity: 1, attributes });
  const failsWith = (status) => (thrown) =>
    thrown instanceof ToxiproxyError && thrown.message.endsWith(` ${status}`);

  it("makes proxies, lists, changes and removes them", async () => {
    assert.match(await toxiproxy.getVersion(), /^{"version":"2\./);
    const wanted = { name: "other", listen: "127.0.0.1:0", upstream, enabled: false };
    const other = await toxiproxy.createProxy(wanted);
    assert.deepEqual(other.toJson(), wanted);
    await assert.rejects(toxiproxy.createProxy(wanted), failsWith(409));
    assert.deepEqual(Object.keys(await toxiproxy.getAll()).sort(), ["node", "other", "troupe"]);
    const enabled = await other.update({ ...wanted, enabled: true });
    assert.match(enabled.listen, /^127.0.0.1:[1-9]/);
    assert.deepEqual((await toxiproxy.get("other")).toJson(), enabled.toJson());
    client = await connect({ url: `http://${enabled.listen}` });
    assert.equal(await echo("through the other"), "through the other");
    const gone = heard(client, "disconnect");
    await enabled.remove();
    await gone;
    await assert.rejects(toxiproxy.get("other"), failsWith(404));
  });

  it("populates: what is there is replaced", async () => {
    const wanted = ["one", "two"].map((name) => ({ name, listen: "127.0.0.1:0", upstream }));
    for (let round = 0; round < 2; ++round) {
      const made = await toxiproxy.populate(wanted);
      assert.deepEqual(Object.keys(made), ["one", "two"]);
      client = await connect({ url: `http://${made.two.listen}` });
      assert.equal(await echo(round), round);
      client.close();
    }
    const all = await toxiproxy.getAll();
    assert.deepEqual(Object.keys(all).sort(), ["node", "one", "troupe", "two"]);
    await all.one.remove();
    await all.two.remove();
  });

  it("adds latency, changes it and takes it away while it works", async () => {
    client = await connect(proxy, { transports: ["websocket"] });
    const timed = async () => {
      const begun = performance.now();
      assert.equal(await echo("timed"), "timed");
      return performance.now() - begun;
    };
    const added = await toxic("late", "latency", { latency: 400, jitter: 0 });
    assert.deepEqual(added.toJson(), {
      name: "late", type: "latency", stream: "downstream", toxicity: 1,
      attributes: { latency: 400, jitter: 0 },
    });
    assert.ok(await timed() >= 390, "the answer was late");
    const changed = await added.update({ ...added.toJson(), attributes: { latency: 800 } });
    assert.equal(changed.attributes.latency, 800);
    assert.ok(await timed() >= 790, "the answer was later");
    assert.deepEqual((await proxy.getToxic("late")).toJson(), changed.toJson());
    await changed.remove();
    await assert.rejects(proxy.getToxic("late"), failsWith(404));
    await settles(async () => await timed() < 400, true, "the answer is quick again");
  });

  it("resets connections until it is told to stop", async () => {
    client = await connect(proxy);
    const gone = heard(client, "disconnect"), refused = heard(client.io, "reconnect_error");
    const added = await toxic("cut", "reset_peer", { timeout: 0 }, "upstream");
    client.emit("echo", "into the reset");
    const [reason] = await gone;
    assert.ok(["transport error", "transport close"].includes(reason), reason);
    await refused;
    const back = heard(client, "connect");
    await added.remove();
    await back;
    assert.equal(await echo("back"), "back");
  });

  it("is down, by its switch and by a toxic, until it is reset", async () => {
    const { name, listen } = proxy.toJson();
    for (const takeDown of [
      () => proxy.update({ name, listen, upstream, enabled: false }),
      () => toxic("gone", "down"),
    ]) {
      client = await connect(proxy);
      const gone = heard(client, "disconnect"), refused = heard(client.io, "reconnect_error");
      await takeDown();
      await Promise.all([gone, refused]);
      const back = heard(client, "connect");
      await toxiproxy.reset();
      await back;
      assert.equal((await toxiproxy.get(name)).enabled, true);
      assert.equal(await echo("up"), "up");
      client.close();
    }
  });
});
