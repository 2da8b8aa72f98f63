// Namespaces of the scripted server about operators, on Node's socket.io; e2e_operators.cpp is the
// same on Troupe. SPEC is {from: "socket" or none, to: [], except: [], volatile, compress, local,
// timeout}: which operator is meant.
//
// /ops: op(SPEC, event, ...), op-ack(SPEC, event, ack): ack(error, responses); self(...) emits with
//   each flag; self-ack(ms, ack): asks "question", ack(error, answer); wait-ack(ms, ack): asks all,
//   by promise: ack(error, responses, sockets fetched, sockets, sockets in room "counted");
//   self-co-ack(ms, ack): as self-ack, by coroutine; join(rooms, ack), leave(room, ack), rooms(ack),
//   set-data(x, ack); fetch(SPEC, ack); count(SPEC, ack), join-and-count(room, ack): how many;
//   join-all, leave-all(SPEC, rooms), kick(SPEC, close);
//   remote(id, what, ack): emit, ask, join, leave or disconnect by fetchSockets; remote-ask and
//   remote-wait(id, ms, ack): asks it "question", by callback and by promise: ack(error, answer)
// /other: nothing

function chosen(socket, spec) {
  let all = spec.from === "socket" ? socket.broadcast : socket.nsp;
  if (spec.to) all = all.to(spec.to);
  if (spec.except) all = all.except(spec.except);
  if (spec.volatile) all = all.volatile;
  if (spec.compress !== undefined) all = all.compress(spec.compress);
  if (spec.local) all = all.local;
  if (spec.timeout) all = all.timeout(spec.timeout);
  return all;
}

const text = (error) => (error ? error.message : null);

function serveEmits(socket) {
  socket.on("op", (spec, event, ...args) => chosen(socket, spec).emit(event, ...args));
  socket.on("op-ack", (spec, event, ack) =>
    chosen(socket, spec).emit(event, 1, (error, responses) => ack(text(error), responses)));
  socket.on("self", (...args) => {
    socket.volatile.emit("self", "volatile", args);
    socket.compress(false).emit("self", "compress");
    socket.timeout(100).emit("self", "timeout");
  });
  socket.on("self-ack", (limit, ack) =>
    socket.timeout(limit).emit("question", "x", (error, ...answer) => ack(text(error), answer)));
  socket.on("self-co-ack", async (limit, ack) => {
    try {
      const answer = await socket.timeout(limit).emitWithAck("question", "x");
      socket.emit("resumed", socket.id);
      ack(null, [answer]);
    } catch (error) {
      ack(text(error), []);
    }
  });
  socket.on("rooms", (ack) => ack([...socket.rooms].sort()));
  socket.on("join", (rooms, ack) => (socket.join(rooms), ack()));
  socket.on("leave", (room, ack) => (socket.leave(room), ack()));
  socket.on("set-data", (data, ack) => (socket.data = data, ack()));
}

const described = ({ id, rooms, data, handshake }) =>
  ({ id, rooms: [...rooms].sort(), data, auth: handshake.auth, query: handshake.query.who ?? "" });

function serveMembers(socket) {
  socket.on("fetch", async (spec, ack) =>
    ack((await chosen(socket, spec).fetchSockets()).map(described)));
  socket.on("count", async (spec, ack) => ack((await chosen(socket, spec).fetchSockets()).length));
  socket.on("join-and-count", (room, ack) => {
    socket.join(room);
    ack(socket.nsp.adapter.rooms.get(room).size);
  });
  socket.on("join-all", (spec, rooms) => {
    chosen(socket, spec).socketsJoin(rooms);
    socket.nsp.to(rooms).emit("joined-all");
  });
  socket.on("leave-all", (spec, rooms) => {
    chosen(socket, spec).socketsLeave(rooms);
    socket.nsp.to(rooms).emit("left-all");
  });
  socket.on("kick", (spec, close) => {
    socket.nsp.emit("before");
    chosen(socket, spec).disconnectSockets(close);
    socket.nsp.emit("after");
  });
  socket.on("remote", async (id, what, ack) => {
    const [one] = await socket.nsp.in(id).fetchSockets();
    if (what === "emit") one.emit("remote", 1, "x");
    if (what === "join") for (const room of ["remote 1", "remote 2"]) one.join(room);
    if (what === "leave") one.leave("remote 1");
    if (what === "disconnect") one.disconnect();
    ack();
  });
  socket.on("remote-ask", async (id, limit, ack) => {
    const [one] = await socket.nsp.in(id).fetchSockets();
    one.timeout(limit).emit("question", 2, (error, answer) => ack(text(error), answer ?? null));
  });
}

function serveRemoteWait(socket) {
  socket.on("remote-wait", async (id, limit, ack) => {
    const [one] = await socket.nsp.in(id).fetchSockets();
    await one.timeout(limit).emitWithAck("question", 2)
      .then((answer) => ack(null, answer), (failed) => ack(text(failed), null));
  });
}

export function serveOperators(io) {
  io.of("/ops").on("connection", (socket) => {
    serveEmits(socket);
    serveMembers(socket);
    serveRemoteWait(socket);
    socket.on("wait-ack", async (limit, ack) => {
      const all = io.of("/ops").timeout(limit).emitWithAck("question", 3);
      const [error, responses] = await all.then((list) => [null, list],
        (failed) => [failed, failed.responses]);
      ack(text(error), responses, (await io.of("/ops").fetchSockets()).length,
        io.of("/ops").sockets.size, io.of("/ops").adapter.rooms.get("counted")?.size ?? 0);
    });
  });
  io.of("/other").on("connection", () => {});
}
