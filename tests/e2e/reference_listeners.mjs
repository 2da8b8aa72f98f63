// Namespaces of the scripted server about listeners, on Node's socket.io; e2e_listeners.cpp is the
// same on Troupe. Handlers note what happened; notes(ack) gives the notes and forgets them.
//
// /listeners: once; chain (three listeners, the first removes itself and adds the third); gone;
//   off(name); listener-count(name, ack); from-elsewhere(n): emits "told" with 0 to n - 1, by n
//   calls that another thread brings here; throw-from-elsewhere: the first throws, the rest is not
//   called, and has-gone-on(ack) says whether it was; listen-any, off-any, listen-outgoing, off-outgoing (two catch-all listeners each);
//   tell-me, tell-all, tell-others: emit "told"; send, send-all: "message" with the arguments;
//   reserved(name, ack): whether emitting it is refused
// /middlewares: two socket middlewares; "blocked" is refused, "later" waits for release(), "now"
//   passes
// /reasons: on disconnecting and disconnect all others get "leaving" and "gone" with the id, the
//   reason and how many rooms it is in; the file $TROUPE_E2E_NOTES gets the same; bye(close)
// /waiting: clients wait until someone in /door says open(); waiting(ack) counts them. They join
//   the room "early" before; auth.refused has a later middleware refuse them.

import { appendFileSync } from "node:fs";

function serveRemoval(socket, log) {
  socket.once("once", () => log.push("once"));
  socket.on("chain", function first() {
    log.push("chain 1");
    socket.off("chain", first);
    socket.on("chain", () => log.push("chain 3"));
  });
  socket.on("chain", () => log.push("chain 2"));
  socket.on("gone", () => log.push("gone"));
  socket.on("off", (name) => socket.removeAllListeners(name));
  socket.on("listener-count", (name, ack) => ack(socket.listenerCount(name)));
}

function serveCatchAll(socket, log) {
  socket.on("listen-any", () => {
    socket.onAny((name) => log.push(`any 1 ${name}`));
    socket.prependAny((name, ...args) =>
      log.push(`any 0 ${name} ${args.filter((arg) => typeof arg !== "function").length}`));
  });
  socket.on("off-any", () => socket.offAny());
  socket.on("any-counts", (ack) =>
    ack(socket.listenersAny().length, socket.listenersAnyOutgoing().length));
  socket.on("off-first", () => {
    socket.offAny(socket.listenersAny()[0]);
    socket.offAnyOutgoing(socket.listenersAnyOutgoing()[0]);
  });
  socket.on("listen-outgoing", () => {
    socket.onAnyOutgoing((name, ...args) => log.push(`out 1 ${name} ${args.length}`));
    socket.prependAnyOutgoing((name) => log.push(`out 0 ${name}`));
  });
  socket.on("off-outgoing", () => socket.offAnyOutgoing());
  socket.on("from-elsewhere", (n) => {
    for (let i = 0; i < n; ++i) setImmediate(() => socket.emit("told", i));
  });
  socket.on("throw-from-elsewhere", () => setImmediate(() => socket.disconnect()));
  socket.on("has-gone-on", (ack) => ack(false));
  socket.on("tell-me", () => socket.emit("told", 1, 2));
  socket.on("tell-all", () => socket.nsp.emit("told", 1));
  socket.on("tell-others", () => socket.broadcast.emit("told", 1));
}

function serveMiddlewares(socket, log) {
  let kept = [];
  socket.use(([name], next) => {
    if (name === "blocked") return next(Object.assign(new Error("not allowed"), { data: { a: 1 } }));
    if (name !== "notes") log.push(`use 1 ${name}`);
    next();
  });
  socket.use(([name], next) => {
    if (name === "later") return kept.push(next);
    if (name !== "notes") log.push(`use 2 ${name}`);
    next();
  });
  socket.on("error", (error) => log.push(`error ${error.message} ${JSON.stringify(error.data)}`));
  socket.on("release", () => {
    for (const next of kept) next();
    kept = [];
  });
  for (const name of ["blocked", "later", "now"]) {
    socket.on(name, (x) => log.push(`handler ${name} ${JSON.stringify(x)}`));
  }
}

const serveNotes = (socket, log) =>
  socket.on("notes", (ack) => ack(log.splice(0)));

export function serveListeners(io) {
  io.of("/listeners").on("connection", (socket) => {
    const log = [];
    serveRemoval(socket, log);
    serveCatchAll(socket, log);
    serveNotes(socket, log);
    socket.on("send", (...args) => socket.send(...args));
    socket.on("send-all", (...args) => socket.nsp.send(...args));
    socket.on("reserved", (name, ack) => {
      try {
        socket.emit(name);
        ack(false);
      } catch {
        ack(true);
      }
    });
  });
  io.of("/middlewares").on("connection", (socket) => {
    const log = [];
    serveMiddlewares(socket, log);
    serveNotes(socket, log);
  });
  io.of("/reasons").on("connection", (socket) => {
    socket.join("room");
    socket.on("bye", (close) => socket.disconnect(close));
    const note = (what) => (reason) => {
      io.of("/reasons").except(socket.id).emit(what, socket.id, reason, socket.rooms.size);
      const file = process.env.TROUPE_E2E_NOTES;
      if (file) appendFileSync(file, `${what} ${socket.id} ${reason}\n`);
    };
    socket.on("disconnecting", note("leaving"));
    socket.on("disconnect", note("gone"));
  });
  let waiting = [];
  io.of("/waiting").use((socket, next) => {
    socket.join("early");
    waiting.push(next);
  });
  io.of("/waiting").use((socket, next) =>
    next(socket.handshake.auth.refused &&
      Object.assign(new Error("refused late"), { data: 7 })));
  io.of("/waiting").on("connection", (socket) =>
    io.of("/waiting").to("early").emit("welcome", socket.id, socket.rooms.size));
  io.of("/door").on("connection", (socket) => {
    socket.on("waiting", (ack) => ack(waiting.length));
    socket.on("open", () => waiting.splice(0).forEach((next) => next()));
  });
}
