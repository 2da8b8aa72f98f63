// Compressed polling responses.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import { gunzipSync, inflateSync } from "node:zlib";
import { dropAll, polling, request } from "./peers.mjs";
import { startServer, within } from "./server.mjs";

/** A GET with its body as it came. */
async function fetchRaw(server, path, encoding) {
  const outgoing = http.get(server.url + path,
    { agent: false, headers: encoding === undefined ? {} : { "Accept-Encoding": encoding } });
  const [incoming] = await within(once(outgoing, "response"), `GET ${path}`);
  const chunks = await within(incoming.toArray(), `the body of ${path}`);
  return { headers: incoming.headers, body: Buffer.concat(chunks) };
}

describe("compression of polling responses", () => {
  const servers = {};
  before(async () => {
    for (const scenario of ["plain", "no-compression", "compress-all"]) {
      servers[scenario] = await startServer("engine", ["--scenario", scenario]);
    }
  });
  afterEach(dropAll);
  after(() => Promise.all(Object.values(servers).map((server) => server.stop())));

  /** What a client that accepts `encoding` gets for a packet of `length` bytes. */
  async function answer(scenario, length, encoding, extra = "") {
    const server = servers[scenario];
    const { body } = await request(server, polling(extra));
    const path = polling(`&sid=${/sid\\?":\\?"([\w-]+)/.exec(body)[1]}${extra}`);
    const form = (data) => (extra ? `d=${encodeURIComponent(data)}` : data);
    await request(server, path, { method: "POST", body: form("40") });
    await request(server, path);
    const packet = `42["message-back","${"x".repeat(length - 21)}"]`;
    await request(server, path,
      { method: "POST", body: form(packet.replace("message-back", "message")) });
    const got = await fetchRaw(server, path, encoding);
    assert.equal(got.headers["content-type"], "text/plain; charset=UTF-8");
    assert.equal(got.headers["cache-control"], "no-store");
    return { ...got, packet };
  }

  const unpack = { gzip: gunzipSync, deflate: inflateSync };
  for (const [accepted, expected] of [
    ["gzip", "gzip"], ["deflate", "deflate"], ["gzip, deflate, br", "gzip"],
    ["deflate, gzip", "deflate"], ["gzip;q=0.5, deflate;q=0.8", "deflate"], ["*", "gzip"],
    ["gzip;q=0, *", "deflate"], ["*, deflate", "deflate"], ["GZIP", "gzip"],
    ["br, gzip ; q=0.1", "gzip"],
  ]) {
    it(`is what the client wants (${accepted})`, async () => {
      const { headers, body, packet } = await answer("plain", 1024, accepted);
      assert.equal(headers["content-encoding"], expected);
      assert.equal(unpack[expected](body).toString(), packet);
      assert.ok(body.length < 100);
    });
  }

  for (const accepted of [undefined, "", "br", "identity", "gzip;q=0", "*;q=0", "gzip;q=0, deflate;q=0"]) {
    it(`is not what the client does not want (${accepted})`, async () => {
      const { headers, body, packet } = await answer("plain", 1024, accepted);
      assert.equal(headers["content-encoding"], undefined);
      assert.equal(headers["content-length"], "1024");
      assert.equal(body.toString(), packet);
    });
  }

  it("begins at a threshold", async () => {
    assert.equal((await answer("plain", 1023, "gzip")).headers["content-encoding"], undefined);
    assert.equal((await answer("compress-all", 30, "gzip")).headers["content-encoding"], "gzip");
  });

  it("can be off", async () => {
    const { headers } = await answer("no-compression", 5000, "gzip");
    assert.equal(headers["content-encoding"], undefined);
  });

  it("is for JSONP too", async () => {
    const { headers, body, packet } = await answer("plain", 1024, "gzip", "&j=0");
    assert.equal(headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(body).toString(), `___eio[0](${JSON.stringify(packet)});`);
  });

  it("is not for what is sent without it, unless something else comes along", async () => {
    const server = servers.plain;
    const { body: handshake } = await request(server, polling());
    const path = polling(`&sid=${JSON.parse(handshake.slice(1)).sid}`);
    await request(server, path, { method: "POST", body: "40" });
    await request(server, path);
    const text = "x".repeat(2000);
    const send = (events) => request(server, path, { method: "POST",
      body: events.map((event) => `42["${event}","${text}"]`).join("\x1e") });
    await send(["as-it-is", "as-it-is"]);
    const plain = await fetchRaw(server, path, "gzip");
    assert.equal(plain.headers["content-encoding"], undefined);
    assert.equal(plain.body.toString(), Array(2).fill(`42["message-back","${text}"]`).join("\x1e"));
    await send(["as-it-is", "message"]);
    assert.equal((await fetchRaw(server, path, "gzip")).headers["content-encoding"], "gzip");
  });

  for (const size of [2000, 100_000, 900_000]) {
    it(`keeps every byte (${size})`, async () => {
      const server = servers.plain;
      const { body: handshake } = await request(server, polling());
      const path = polling(`&sid=${JSON.parse(handshake.slice(1)).sid}`);
      await request(server, path, { method: "POST", body: "40" });
      await request(server, path);
      const text = randomBytes(size / 2).toString("hex");
      await request(server, path, { method: "POST", body: `42["message","${text}"]` });
      const { headers, body } = await fetchRaw(server, path, "gzip");
      const plain = headers["content-encoding"] ? gunzipSync(body) : body;
      assert.equal(plain.toString(), `42["message-back","${text}"]`);
    });
  }
});
