// The oracle of recovery.test.mjs: what tests/e2e/recovery_server.cpp does, on Node's socket.io.
//
// Options: --port N, --host H, --threads N and --close-timeout MS (ours only), --duration MS,
// --ping-interval MS, --ping-timeout MS. Prints "listening on http://HOST:PORT"; ends with 0 on SIGTERM.
//
// Recovery is on. On connection of one that is not recovered, socket.data is set. Then, as events:
//   state(ack)           ack(recovered, data, number of rooms)
//   join(room, ack)
//   all(x, ack)          io.emit "n"; to(room, x, ack): io.to(room).emit "n"
//   volatile(x, ack)     io.volatile.emit "v"
//   count(n)             n times: socket.emit "n" with i
//   end()                socket.disconnect()
//   on disconnect: the others get "left" with the id and the reason

import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { Server } from "socket.io";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
    threads: { type: "string" },
    "close-timeout": { type: "string" },
    duration: { type: "string" },
    "ping-interval": { type: "string" },
    "ping-timeout": { type: "string" },
  },
});

const http = createServer((_, response) => response.writeHead(404).end());
const io = new Server(http, {
  ...(options["ping-interval"] && { pingInterval: Number(options["ping-interval"]) }),
  ...(options["ping-timeout"] && { pingTimeout: Number(options["ping-timeout"]) }),
  connectionStateRecovery: {
    ...(options.duration && { maxDisconnectionDuration: Number(options.duration) }),
  },
});

io.on("connection", (socket) => {
  if (!socket.recovered) socket.data.text = `kept of ${socket.id}`;
  socket.on("state", (ack) => ack(socket.recovered, socket.data.text, socket.rooms.size));
  socket.on("join", (room, ack) => (socket.join(room), ack()));
  socket.on("all", (x, ack) => (io.emit("n", x), ack()));
  socket.on("to", (room, x, ack) => (io.to(room).emit("n", x), ack()));
  socket.on("volatile", (x, ack) => (io.volatile.emit("v", x), ack()));
  socket.on("count", (n) => {
    for (let i = 0; i < n; ++i) socket.emit("n", i);
  });
  socket.on("end", () => socket.disconnect());
  socket.on("disconnect", (reason) => io.except(socket.id).emit("left", socket.id, reason));
});

process.on("SIGTERM", () => io.close(() => process.exit(0)));
http.listen(Number(options.port), options.host, () =>
  console.log(`listening on http://${options.host}:${http.address().port}`));
