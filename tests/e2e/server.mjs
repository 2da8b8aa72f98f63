// Starts the server under test as a process of its own and ends it in order.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const node = process.env.TROUPE_NODE ?? here("../../build/release/node/troupe-node");
const e2eServer =
  process.env.TROUPE_E2E_SERVER ?? here("../../build/release/tests/e2e/e2e-server");
const examples = process.env.TROUPE_EXAMPLES ?? here("../../build/release/examples");

/** Whether Node's socket.io stands in for ours: it is the oracle that the tests are checked by. */
export const isReference = process.env.TROUPE_E2E_TARGET === "reference";

/** Deadlines are generous; under sanitizers they are five times as long. */
export const slowness = process.env.TROUPE_SLOW === "1" ? 5 : 1;

/** Settles as `promise` does, or fails with `what` after `ms` (10 s unless told). */
export function within(promise, what, ms = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not in time: ${what}`)), ms * slowness);
    timer.unref();  // Of a race that was won otherwise nothing is left to wait for.
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Asks `get` again until what it gives equals `expected`; fails with what it gave after `ms`. */
export async function settles(get, expected, what, ms = 10_000) {
  const deadline = performance.now() + ms * slowness;
  for (;;) {
    const last = await get();
    if (isDeepStrictEqual(last, expected)) return;
    if (performance.now() > deadline) assert.fail(`not in time: ${what}; ${JSON.stringify(last)}`);
  }
}

function command(program, args) {
  const port = args.includes("--port") ? [] : ["--port", "0"];
  const example = /^examples\/(.+)$/.exec(program);
  if (example) return [join(examples, example[1]), [...port, ...args]];
  const all = [...port, "--host", "127.0.0.1", ...args];
  const oracle = /^reference(.*)$/.exec(program);
  if (oracle) return [process.execPath, [here(`reference${oracle[1]}_server.mjs`), ...all]];
  if (program === "engine") {
    return isReference ? [process.execPath, [here("reference_engine_server.mjs"), ...all]]
      : [join(dirname(e2eServer), "engine-server"), all];
  }
  if (program === "recovery") {
    return isReference ? [process.execPath, [here("reference_recovery_server.mjs"), ...all]]
      : [join(dirname(e2eServer), "recovery-server"), all];
  }
  if (isReference) {
    const role = program === "node" ? ["--node"] : [];
    return [process.execPath, [here("reference_server.mjs"), ...role, ...all]];
  }
  if (program === "carriers") return [join(dirname(e2eServer), "carriers-server"), all];
  return [program === "node" ? node : e2eServer, all];
}

/**
 * Starts `program`: "e2e" (the scripted server), "carriers" (that of limits, listeners, drain),
 * "engine" (that of Engine.IO's HTTP side), "node" (troupe-node), "examples/NAME", or Node's
 * "reference" and "reference_engine". Gives {url, port, pid, log(), stop()}; stop() ends it with
 * SIGTERM and checks that it ended with 0 and no sanitizer report.
 */
export async function startServer(program = "e2e", args = [], env = {}, handles = []) {
  const child = spawn(...command(program, args), {
    stdio: ["ignore", "pipe", "pipe", ...handles],
    env: { ...process.env, ...env },
  });
  const killed = () => child.kill("SIGKILL");
  process.once("exit", killed);
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log = (log + text).slice(-200_000);
  });
  const ended = once(child, "exit").then(([code, signal]) => signal ?? code);
  const url = await within(
    Promise.race([
      listening(child.stdout),
      ended.then((how) => assert.fail(`the server ended (${how}) before it listened:\n${log}`)),
    ]),
    "the server listens", 20_000);

  const server = {
    url,
    port: Number(new URL(url).port),
    pid: child.pid,
    /** The last of what it has written to standard error. */
    log: () => log,
    /** Fails when the server ends by itself. */
    death: ended.then((how) => assert.fail(`the server ended (${how}):\n${log}`)),
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const how = await within(ended, `the server ends after ${signal}`, 20_000)
        .catch((error) => {
          killed();
          throw new Error(`${error.message}\n${log}`);
        })
        .finally(() => process.removeListener("exit", killed));
      assert.doesNotMatch(log, /Sanitizer|runtime error:/);
      assert.equal(how, 0, `the server ended with ${how}:\n${log}`);
    },
  };
  server.death.catch(() => {});  // Who waits for it hears of it; stop() judges the end.
  return server;
}

/** Runs `program` with exactly these arguments to its end: {code, out, err}. */
export async function run(program, args, env = {}) {
  const [path, fixed] = command(program, []);
  const child = spawn(path, [...(isReference ? fixed : []), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const texts = Promise.all([child.stdout, child.stderr].map((stream) => stream.toArray()));
  const [code] = await within(once(child, "close"), `${path} ${args.join(" ")} ends`, 60_000)
    .finally(() => child.kill("SIGKILL"));
  const [out, err] = (await texts).map((chunks) => Buffer.concat(chunks).toString());
  return { code, out, err };
}

async function listening(stdout) {
  for await (const line of createInterface(stdout)) {
    const match = /^listening on (https?:\/\/\S+)$/.exec(line);
    if (match) {
      stdout.resume();
      return match[1];
    }
  }
  return new Promise(() => {});  // Its end is told by the exit.
}
