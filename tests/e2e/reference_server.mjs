// The oracle: what tests/e2e/e2e_server.cpp does, on Node's socket.io. Every test runs against
// both (TROUPE_E2E_TARGET=reference for this one). With --node it stands in for troupe-node.
//
// Options: --port N, --host H, --path P, --ping-interval MS, --ping-timeout MS, --cors-origin O,
// --connect-timeout MS, --upgrade-timeout MS, --attachments-timeout MS, --close-timeout MS,
// --allow-eio3, --parser msgpack|lines.
// Prints "listening on http://HOST:PORT"; ends with 0 on SIGTERM.
//
// Namespace / on connection: emit "auth" with handshake.auth. Then, as events:
//   message(...)          emit "message-back" with the same arguments
//   message-with-ack(...) acknowledge with the same arguments
//   chat(...)             io.emit "chat"; others(...): socket.broadcast.emit "others"
//   whisper(...)          socket.emit "whisper"
//   join(room, ack), leave(room, ack)
//   room(room, ...)       io.to(room).emit "room"
//   room-others(room, ..) socket.to(room).emit "room-others"
//   except(room, ...)     io.except(room).emit "except"
//   ask(x)                emit "question" with x and an ack; then emit "answer" with what it carried
//   typed(int, int, ack)  ack(sum), by a typed handler
//   throw()               the handler throws, which ends that socket and nothing else
//   bye(), bye-close()    socket.disconnect(), socket.disconnect(true)
//   burst(n)              n times: socket.emit "burst" with i, io.emit "burst-all" with i
//   stats(ack)            ack({clients, sockets, rooms}) of this server, all namespaces; and
//                         present: how many sockets of / have not yet been told of by "left"
//   on disconnect: io.emit "left" with the id and the reason
// Namespace /custom: "auth", message and message-with-ack as above.
// Namespace /refused: a middleware refuses with "not authorized" and data {code: 7}, unless
// auth.token is "secret". Namespace /quiet, for crowds: chat(...) is emitted to all of it and
// nothing else is, nor who left. Any other namespace is invalid.

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";
import { serveListeners } from "./reference_listeners.mjs";
import { serveValues } from "./reference_values.mjs";
import { serveNamespaces } from "./reference_namespaces.mjs";
import { serveOperators } from "./reference_operators.mjs";

const { values: options } = parseArgs({
  options: {
    node: { type: "boolean" },
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
    path: { type: "string" },
    "ping-interval": { type: "string" },
    "ping-timeout": { type: "string" },
    "cors-origin": { type: "string" },
    "connect-timeout": { type: "string" },
    "close-timeout": { type: "string" },
    "upgrade-timeout": { type: "string" },
    "attachments-timeout": { type: "string" },
    "allow-eio3": { type: "boolean" },
    parser: { type: "string" },
    "cleanup-namespaces": { type: "boolean" },
  },
});

const parsers = { msgpack: "socket.io-msgpack-parser", lines: "./line_parser.mjs" };
const parser = options.parser && await import(parsers[options.parser]);

const http = createServer((request, response) => {
  if (options.node && request.url === "/") {
    response.setHeader("Content-Type", "text/html; charset=UTF-8");
    createReadStream(new URL("../../node/page/index.html", import.meta.url)).pipe(response);
  } else {
    response.writeHead(404).end();
  }
});

const io = new Server(http, {
  cleanupEmptyChildNamespaces: options["cleanup-namespaces"] ?? false,
  ...(options.path && { path: options.path }),
  ...(options["ping-interval"] && { pingInterval: Number(options["ping-interval"]) }),
  ...(options["ping-timeout"] && { pingTimeout: Number(options["ping-timeout"]) }),
  ...(options["connect-timeout"] && { connectTimeout: Number(options["connect-timeout"]) }),
  ...(options["upgrade-timeout"] && { upgradeTimeout: Number(options["upgrade-timeout"]) }),
  ...(options["allow-eio3"] && { allowEIO3: true }),
  ...(parser && { parser: parser.default ?? parser }),
  ...(options["cors-origin"] && { cors: { origin: options["cors-origin"] } }),
});

function echo(socket) {
  socket.emit("auth", socket.handshake.auth);
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("message-with-ack", (...args) => {
    const ack = args.pop();
    ack(...args);
  });
}

function stats() {
  const namespaces = [...io._nsps.values()];
  const sum = (count) => namespaces.map(count).reduce((a, b) => a + b, 0);
  return {
    clients: io.engine.clientsCount,
    sockets: sum((namespace) => namespace.sockets.size),
    rooms: sum((namespace) => namespace.adapter.rooms.size),
    present: io.of("/").sockets.size,
  };
}

function serveTests() {
  io.on("connection", (socket) => {
    echo(socket);
    socket.on("chat", (...args) => io.emit("chat", ...args));
    socket.on("whisper", (...args) => socket.emit("whisper", ...args));
    socket.on("others", (...args) => socket.broadcast.emit("others", ...args));
    socket.on("join", (room, ack) => (socket.join(room), ack()));
    socket.on("leave", (room, ack) => (socket.leave(room), ack()));
    socket.on("room", (room, ...args) => io.to(room).emit("room", ...args));
    socket.on("room-others", (room, ...args) => socket.to(room).emit("room-others", ...args));
    socket.on("except", (room, ...args) => io.except(room).emit("except", ...args));
    socket.on("ask", (x) =>
      socket.emit("question", x, (...args) => socket.emit("answer", ...args)));
    socket.on("typed", (a, b, ack) => ack(a + b));
    socket.on("throw", () => socket.disconnect());  // An exception here would end the process.
    socket.on("bye", () => socket.disconnect());
    socket.on("bye-close", () => socket.disconnect(true));
    socket.on("burst", (n) => {
      for (let i = 0; i < n; ++i) {
        socket.emit("burst", i);
        io.emit("burst-all", i);
      }
    });
    socket.on("stats", (ack) => ack(stats()));
    socket.on("disconnect", (reason) => io.emit("left", socket.id, reason));
  });
  serveValues(io);
  io.of("/custom").on("connection", echo);
  const quiet = io.of("/quiet");
  quiet.on("connection", (socket) => socket.on("chat", (...args) => quiet.emit("chat", ...args)));
  io.of("/refused").use((socket, next) => {
    if (socket.handshake.auth.token === "secret") return next();
    const error = new Error("not authorized");
    error.data = { code: 7 };
    next(error);
  });
}

function serveNode() {
  io.on("connection", (socket) => {
    const clients = () => io.of("/").sockets.size;
    socket.on("chat", (...args) => io.emit("chat", ...args));
    socket.on("disconnect", (reason) => io.emit("left", { id: socket.id, clients: clients(), reason }));
    io.emit("joined", { id: socket.id, clients: clients() });
  });
}

options.node ? serveNode() : (serveTests(), serveListeners(io), serveOperators(io), serveNamespaces(io));
process.on("SIGTERM", () => {
  if (process.env.TROUPE_E2E_BYE) io.of("/other").emit("bye");
  io.close(() => process.exit(0));
});
http.listen(Number(options.port), options.host, () =>
  console.log(`listening on http://${options.host}:${http.address().port}`));
