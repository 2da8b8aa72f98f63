// A crowd on one server: some are killed and come back at random while numbered messages flow.
// None of the stable ones may miss or reorder any, and afterwards everything is back: clients,
// rooms, descriptors and memory. As a program: node churn.mjs [--clients N] [--restless N]
// [--seconds N] [--per-second N] [--workers N].

import { fork } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ask, clientsOf } from "./peers.mjs";
import { isReference, slowness, startServer, within } from "./server.mjs";

// A collector's heap and a sanitizer's quarantine say nothing about leaks.
const measuresMemory = slowness === 1 && !isReference;

// TSan starts its symbolizer, with pipes of its own, when it first compares a report with what is
// suppressed.
const countsDescriptors = process.env.TROUPE_SANITIZER !== "tsan";

function resources(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    descriptors: countsDescriptors ? readdirSync(`/proc/${pid}/fd`).length : 0,
    residentMiB: Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 102.4) / 10,
  };
}

async function crowd(count) {
  const path = fileURLToPath(new URL("churn_worker.mjs", import.meta.url));
  const workers = [...Array(count)].map(() => fork(path));
  return {
    async all(step, argsOf, ms) {
      return Promise.all(workers.map(async (worker, i) => {
        const reply = once(worker, "message");
        worker.send({ step, ...argsOf?.(i) });
        const [{ error, result }] = await within(
          Promise.race([reply, once(worker, "exit").then(() => [{ error: "the worker ended" }])]),
          `the crowd's step ${step}`, ms);
        if (error) throw new Error(error);
        return result;
      }));
    },
    end: () => workers.forEach((worker) => worker.kill()),
  };
}

/** Runs the scenario; gives {faults: [...], ...figures}. No faults: all is well. */
export function churn(server, options) {
  return Promise.race([server.death, run(server, options)]);
}

async function run(server, { clients, restless, seconds, perSecond, workers }) {
  const own = clientsOf();
  const watcher = await own.connect(server);
  const talker = await own.connect(server, "/quiet");
  const people = await crowd(workers);
  const share = (n) => (i) => Math.floor((n * (i + 1)) / workers) - Math.floor((n * i) / workers);
  const stats = async () => (await ask(watcher, "stats"))[0];

  /** Waits until the server's counts are as they were; gives the last ones seen. */
  async function settled(before) {
    const deadline = Date.now() + 20_000 * slowness;
    let now;
    do {
      now = { ...(await stats()), descriptors: resources(server.pid).descriptors };
    } while (JSON.stringify(now) !== JSON.stringify(before) && Date.now() < deadline);
    return now;
  }

  try {
    const before = { ...(await stats()), descriptors: resources(server.pid).descriptors };
    const connected = share(clients - restless);
    const gather = () => people.all("connect",
      (i) => ({ server: server.url.replace("http", "ws"), count: connected(i) }), 120_000);

    // Once round first: what an allocator keeps for the next crowd is no leak.
    await gather();
    await people.all("leave", undefined, 60_000);
    await settled(before);
    const warm = resources(server.pid);

    const began = Date.now();
    await gather();
    const connectSeconds = (Date.now() - began) / 1000;
    await people.all("start", (i) => ({ count: share(restless)(i) }));
    let total = 0;
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      talker.emit("chat", total++, Date.now());
      await pause(1000 / perSecond);
    }
    const peak = resources(server.pid);
    const reports = await people.all("finish", () => ({ total, ms: 20_000 * slowness }), 60_000);
    await people.all("leave", undefined, 60_000);
    const after = await settled(before);
    const left = resources(server.pid);

    const faults = reports.flatMap((report) => report.faults);
    const behind = reports.reduce((sum, report) => sum + report.behind, 0);
    if (behind) faults.push(`${behind} stable clients did not hear all ${total} numbers`);
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      faults.push(`left over: ${JSON.stringify(after)}, at first ${JSON.stringify(before)}`);
    }
    if (measuresMemory && left.residentMiB > warm.residentMiB * 1.1 + 8) {
      faults.push(`memory grew from ${warm.residentMiB} to ${left.residentMiB} MiB`);
    }
    const worst = (key) => Math.max(...reports.map((report) => report[key]));
    return {
      faults, messages: total, deliveries: total * (clients - restless),
      kills: reports.reduce((sum, report) => sum + report.kills, 0),
      connectSeconds, latencyMs: { median: worst("median"), p99: worst("p99"), longest: worst("longest") },
      before, after, residentMiB: { warm: warm.residentMiB, peak: peak.residentMiB, after: left.residentMiB },
    };
  } finally {
    people.end();
    await own.closeAll();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      clients: { type: "string", default: "5000" },
      restless: { type: "string", default: "100" },
      seconds: { type: "string", default: "60" },
      "per-second": { type: "string", default: "4" },
      workers: { type: "string", default: String(availableParallelism()) },
    },
  });
  const server = await startServer();
  const report = await churn(server, {
    clients: Number(values.clients), restless: Number(values.restless),
    seconds: Number(values.seconds), perSecond: Number(values["per-second"]),
    workers: Number(values.workers),
  }).catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
  await server.stop();
  console.log(JSON.stringify(report, null, 2));
  console.log(report.faults.length ? "FAILED" : "no loss, no disorder, nothing left over");
  process.exitCode = report.faults.length ? 1 : 0;
}
