// A scripted server that the tests of one suite share, and each finds as if it were new.

import { after, afterEach, before } from "node:test";
import { ask, clientsOf, dropAll } from "./peers.mjs";
import { settles, startServer } from "./server.mjs";

/**
 * Starts the scripted server for a suite; what it gives is filled in before its tests run. Behind
 * each test the clients that came by `server.clientsOf` or by hand are ended, and the server must
 * be empty but for `server.observer`: so nobody hears of them in the next test, and nothing of
 * theirs is counted. `io` is the client library, where the server demands one.
 */
export function sharedServer(args = [], io = undefined) {
  const groups = [];
  const server = {
    clientsOf(...options) {
      groups.push(clientsOf(...options));
      return groups.at(-1);
    },
  };
  const observers = clientsOf(io);
  before(async () => {
    Object.assign(server, await startServer("e2e", args));
    server.observer = await observers.connect(server);
  });
  afterEach(async () => {
    await Promise.all([...groups.map((group) => group.closeAll()), dropAll()]);
    await settles(async () => (await ask(server.observer, "stats"))[0],
      { clients: 1, sockets: 1, rooms: 1, present: 1 }, "the test's clients have left");
  });
  after(async () => {
    await observers.closeAll();
    await server.stop();
  });
  return server;
}
