// The small version of the soak (`./dev soak`).

import assert from "node:assert/strict";
import { it } from "node:test";
import { churn } from "./churn.mjs";
import { slowness, startServer } from "./server.mjs";

it("a crowd loses nothing while some of it are killed and come back", async () => {
  const server = await startServer();
  const report = await churn(server, {
    clients: slowness === 1 ? 300 : 120, restless: 30, seconds: 3, perSecond: 20, workers: 2,
  });
  await server.stop();
  assert.deepEqual(report.faults, []);
  assert.ok(report.messages > 10 && report.kills > 10, JSON.stringify(report));
});
