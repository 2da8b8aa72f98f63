// The chat page in headless Chromium. TROUPE_SCREENSHOT names a file to keep a picture in.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inBrowser, launchBrowser } from "./browser.mjs";
import { slowness, startServer, within } from "./server.mjs";

describe("the chat page", inBrowser, () => {
  let server, browser;
  before(async () => {
    server = await startServer("node");
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server.stop();
  });

  async function open(name, options = {}, of = server) {
    const context = await browser.newContext({ viewport: { width: 720, height: 560 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000 * slowness);
    page.faults = [];
    page.on("pageerror", (error) => page.faults.push(error.message));
    page.on("console", (line) => line.type() === "error" && page.faults.push(line.text()));
    await page.goto(of.url);
    await page.getByRole("status").getByText("connected", { exact: true }).waitFor();
    await page.getByLabel("Your name").fill(name);
    return page;
  }

  const say = async (page, text) => {
    await page.getByLabel("Message", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send" }).click();
  };
  const sees = (page, text) => page.getByRole("log").getByText(text).first().waitFor();

  it("chats with another, and sees it leave", async () => {
    const [ada, bob] = [await open("Ada"), await open("Bob", { colorScheme: "dark" })];
    for (const page of [ada, bob]) await page.getByText("2 here").waitFor();
    await say(ada, "Hello from the first page");
    await say(bob, "And from the second: ☂ <b>not bold</b>");
    for (const page of [ada, bob]) {
      await sees(page, "Hello from the first page");
      await sees(page, "And from the second: ☂ <b>not bold</b>");
    }
    assert.equal(await ada.locator("#messages b").count(), 0);
    assert.equal(await ada.locator("#messages .mine").count(), 1);
    assert.deepEqual([ada.faults, bob.faults], [[], []]);
    const picture = process.env.TROUPE_SCREENSHOT;
    if (picture) await bob.screenshot({ path: picture.replace(/(\.\w+)$/, "-dark$1") });
    await bob.context().close();
    await sees(ada, "Bob left");
    await ada.getByText("only you here").waitFor();
    if (picture) await ada.screenshot({ path: picture });
    await ada.context().close();
  });

  it("puts nothing from the wire into markup", async () => {
    const page = await open("Eve");
    const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
    await page.getByLabel("Your name").fill(`<i>${"x".repeat(20)}</i>`);
    await say(page, evil);
    await sees(page, evil);
    await page.evaluate(() => troupe.emit("chat", { from: { toString: 1 }, text: "odd sender" }));
    await page.evaluate(() => troupe.emit("chat", "a bare string"));
    await page.evaluate(() => troupe.emit("chat", 42, null));
    await sees(page, "a bare string");
    assert.equal(await page.title(), "Troupe chat");
    assert.equal(await page.locator("#messages img, #messages script, #messages i").count(), 0);
    await page.context().close();
  });

  it("comes back by itself when the connection breaks", async () => {
    const page = await open("Ida");
    await page.evaluate(() => {
      window.states = [];
      new MutationObserver(() => states.push(document.getElementById("state").textContent))
        .observe(document.getElementById("state"), { childList: true });
      troupe.io.reconnectionDelay(10);
      troupe.io.engine.close();
    });
    await within(page.waitForFunction(() => states.join().includes("reconnecting,connected")),
      "connected again");
    await say(page, "back again");
    await sees(page, "back again");
    await page.context().close();
  });

  it("finds its server below another path", async () => {
    const other = await startServer("node", ["--path", "/a/chat/"]);
    try {
      const page = await open("Pat", {}, other);
      await say(page, "heard below a path");
      await sees(page, "heard below a path");
      assert.deepEqual(page.faults, []);
      await page.context().close();
    } finally {
      await other.stop();
    }
  });

  it("does not take what others send for its own", async () => {
    const [page, mallory] = [await open("Ann"), await open("Mallory")];
    const id = await page.evaluate(() => troupe.id);
    await mallory.evaluate((id) => troupe.emit("chat", { from: "Ann", id, text: "not mine" }), id);
    await sees(page, "not mine");
    assert.equal(await page.locator("#messages .mine").count(), 0);
    await Promise.all([page, mallory].map((one) => one.context().close()));
  });

  it("fits a telephone", async () => {
    const page = await open("Tel", { viewport: { width: 320, height: 480 } });
    const overflow = await page.evaluate(() =>
      document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0);
    assert.ok(await page.getByRole("button", { name: "Send" }).isVisible());
    await page.context().close();
  });
});
