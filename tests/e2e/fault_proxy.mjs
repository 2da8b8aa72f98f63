// troupe-fault proxy as a process of its own, and clients that go through it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { io } from "socket.io-client";
import { within } from "./server.mjs";

const program = process.env.TROUPE_FAULT ??
  fileURLToPath(new URL("../../build/release/harness/troupe-fault", import.meta.url));

/** Starts troupe-fault proxy before a server on `port`: {url, api, stop()}. */
export async function startProxy(port) {
  const child = spawn(program,
    ["proxy", "--listen", "0", "--upstream", `${port}`, "--api", "0", "--seed", "1"],
    { stdio: ["ignore", "pipe", "inherit"] });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  const urls = [];
  await within((async () => {
    for await (const line of createInterface(child.stdout)) {
      urls.push(/http:\/\/\S+/.exec(line)[0]);
      if (urls.length === 2) break;
    }
  })(), "the proxy listens", 20_000);
  const [url, base] = urls;
  const ended = once(child, "exit");
  const api = async (method, path, body) => {
    const response = await fetch(base + path, { method, body: body && JSON.stringify(body) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    const text = await response.text();
    return text && JSON.parse(text);
  };
  return {
    url,
    base,
    toxic: (type, attributes = {}, stream = "downstream") =>
      api("POST", "/proxies/troupe/toxics", { type, stream, attributes }),
    heal: () => api("POST", "/reset"),
    api,
    async stop() {
      child.kill("SIGTERM");
      const [code] = await within(ended, "the proxy ends", 20_000)
        .finally(() => process.removeListener("exit", killed));
      assert.equal(code, 0);
    },
  };
}

/** A client through the proxy, joined. */
export async function connect(proxy, options = {}) {
  const socket = io(proxy.url, {
    reconnectionDelay: 20, reconnectionDelayMax: 50, forceNew: true, ...options,
  });
  await within(new Promise((resolve) => socket.once("connect", resolve)), "the client joins");
  return socket;
}

export const heard = (socket, event) =>
  within(new Promise((resolve) => socket.once(event, (...args) => resolve(args))), event);
