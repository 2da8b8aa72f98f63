// Pages of old, which speak by script elements and forms (JSONP): socket.io-client 2 in a browser,
// on a page of another origin that no CORS lets in, so that nothing else could carry it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { after, afterEach, before, describe, it } from "node:test";
import { inBrowser, launchBrowser } from "./browser.mjs";
import { slowness, startServer, within } from "./server.mjs";

const library = readFileSync(
  new URL("./node_modules/socket.io-client-2/dist/socket.io.js", import.meta.url));

const texts = [
  "plain", "", "quotes: \" ' ` \\ / \\\" </script><!--",
  "line\nfeeds\r\n, \t and \u0000\u0008\u001e", "separators: \u2028 \u2029",
  "what is no line feed: \\n \\\\n \\\\\\n \\\n", "naïve ☂ 漢字 \u{1f3ad}",
  "a+b c&d=e;f%20g#h?i", "___eio[0](\"x\");", "x".repeat(70_000),
];

describe("JSONP in a browser", inBrowser, () => {
  let server, browser, site;
  before(async () => {
    server = await startServer("e2e", ["--allow-eio3"]);
    site = http.createServer((asked, answer) => {
      const isLibrary = asked.url === "/socket.io.js";
      answer.setHeader("Content-Type", isLibrary ? "text/javascript" : "text/html; charset=UTF-8");
      answer.end(isLibrary ? library : "<!doctype html><script src=/socket.io.js></script>");
    });
    site.listen(0, "127.0.0.1");
    await once(site, "listening");
    browser = await launchBrowser();
  });
  const pages = [];
  afterEach(async () => {
    for (const page of pages.splice(0)) {
      await page.evaluate(() => socket.close());
      await page.context().close();
    }
  });
  after(async () => {
    await browser?.close();
    site.closeAllConnections();
    site.close();
    await server.stop();
  });

  /** A page whose `socket` is connected, with what it requested, by kind. */
  async function open(options = { forceJSONP: true, transports: ["polling"] }) {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(20_000 * slowness);
    const evaluate = page.evaluate.bind(page);  // Which has no deadline of its own.
    page.evaluate = (...args) => within(evaluate(...args), "the page answers", 20_000);
    page.kinds = new Set();
    page.faults = [];
    page.on("request", (one) => one.url().startsWith(server.url) &&
      page.kinds.add(`${one.method()} ${one.resourceType()}`));
    page.on("pageerror", (error) => page.faults.push(error.message));
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    await page.evaluate(([url, how]) => new Promise((resolve, reject) => {
      window.heard = [];
      window.socket = io(url, { forceNew: true, reconnection: false, ...how });
      socket.on("connect", resolve);
      socket.on("connect_error", reject);
      for (const event of ["chat", "message-back"])
        socket.on(event, (...args) => heard.push([event, ...args]));
    }), [server.url, options]);
    pages.push(page);
    return page;
  }
  const heard = async (page, count) => {
    await page.waitForFunction((n) => heard.length >= n, count);
    return page.evaluate(() => heard.splice(0));
  };

  it("chats both ways, whatever is said", async () => {
    const [ada, bob] = [await open(), await open()];
    for (const page of [ada, bob]) {
      await page.evaluate((all) => all.forEach((text, i) => socket.emit("chat", i, text)), texts);
      const expected = texts.map((text, i) => ["chat", i, text]);
      for (const one of [ada, bob]) assert.deepEqual(await heard(one, texts.length), expected);
    }
    for (const { kinds, faults } of [ada, bob]) {
      assert.deepEqual([...kinds].sort(), ["GET script", "POST document"]);
      assert.deepEqual(faults, []);
    }
  });

  it("carries acknowledgements, and binary in base64", async () => {
    const page = await open();
    const answer = await page.evaluate((all) =>
      new Promise((resolve) => socket.emit("message-with-ack", ...all, (...args) => resolve(args))),
    texts);
    assert.deepEqual(answer, texts);
    const same = await page.evaluate(() => new Promise((resolve) => {
      const sent = Uint8Array.from({ length: 1000 }, (_, i) => i);
      socket.once("message-back", (got) => resolve(got.byteLength === sent.length &&
        new Uint8Array(got).every((byte, i) => byte === sent[i])));
      socket.emit("message", sent.buffer);
    }));
    assert.equal(same, true);
  });

  it("is closed by either side", async () => {
    for (const [act, reason] of [["bye-close", "io server disconnect"],
      [null, "io client disconnect"]]) {
      const page = await open();
      const why = await page.evaluate((event) => new Promise((resolve) => {
        socket.on("disconnect", resolve);
        event ? socket.emit(event) : socket.close();
      }), act);
      assert.equal(why, reason);
    }
  });

  it("upgrades to WebSocket, whose origin nobody refuses", async () => {
    const page = await open({ forceJSONP: true, transports: ["polling", "websocket"] });
    await page.waitForFunction(() => socket.io.engine.transport.name === "websocket");
    await page.evaluate((text) => socket.emit("message", text), texts[3]);
    assert.deepEqual(await heard(page, 1), [["message-back", texts[3]]]);
  });
});
