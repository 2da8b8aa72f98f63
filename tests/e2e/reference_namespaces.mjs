// Dynamic namespaces of the scripted server, on Node's socket.io; e2e_namespaces.cpp is the same on
// Troupe.
//
// /^\/dynamic-\d+$/: a middleware refuses if auth.refused is there, else joins "early"; emits
//   "hello" with the namespace; to-child(...), to-parent(...), to-room(room), ask-parent(ack)
// by function: /first; /later, with auth.token "secret", when /names says so
// /names: made(ack): the names of namespaces made; asked(ack): how many wait for answer();
//   gone(name, ack): whether a dynamic one has no socket; of(name, ack): io.of; emit-to(name, event): io.of(name).emit
// /room-news: join(room), leave(room); news(ack): what the adapter has told of rooms
// --cleanup-namespaces: cleanupEmptyChildNamespaces. --namespaces-max N: ours only.

function serveChild(parent, socket) {
  socket.emit("hello", socket.nsp.name);
  socket.on("to-child", (...args) => socket.nsp.emit("child", ...args));
  socket.on("to-parent", (...args) => parent.emit("parent", ...args));
  socket.on("to-room", (room) => parent.to(room).emit("room", room));
  // Acks of all children are not to be had there.
  socket.on("ask-parent", (ack) => ack(true, 2));
}

function serveRoomNews(io) {
  const nsp = io.of("/room-news");
  const news = [];
  for (const what of ["create", "delete", "join", "leave"])
    nsp.adapter.on(`${what}-room`, (room, sid = "") => news.push(`${what} ${room} ${sid}`.trim()));
  nsp.on("connection", (socket) => {
    socket.on("join", (room) => socket.join(room));
    socket.on("leave", (room) => socket.leave(room));
    socket.on("news", (ack) => ack(news));
  });
}

export function serveNamespaces(io) {
  const made = [];
  let asked = [];
  const sockets = {};
  io.on("new_namespace", (namespace) => made.push(namespace.name));
  const pattern = io.of(/^\/dynamic-\d+$/);
  pattern.use((socket, next) => {
    if (socket.handshake.auth.refused) return next(new Error("not here"));
    socket.join("early");
    next();
  });
  pattern.on("connection", (socket) => {
    serveChild(pattern, socket);
    const { name } = socket.nsp;
    sockets[name] = (sockets[name] ?? 0) + 1;
    socket.on("disconnect", () => --sockets[name]);
  });
  io.of((name, auth, next) => next(null, name === "/first"))
    .on("connection", (socket) => socket.emit("hello", "first"));
  io.of((name, auth, next) => {
    if (name !== "/later" || auth.token !== "secret") return next(null, false);
    asked.push(() => next(null, true));
  }).on("connection", (socket) => {
    socket.emit("hello", "later");
    socket.on("early", (n) => socket.emit("was-early", n));
  });
  serveRoomNews(io);
  io.of("/names").on("connection", (socket) => {
    socket.on("made", (ack) => ack(made));
    socket.on("asked", (ack) => ack(asked.length));
    socket.on("answer", () => asked.splice(0).forEach((answer) => answer()));
    socket.on("gone", (name, ack) => ack(!sockets[name]));
    socket.on("of", (name, ack) => ack(io.of(name).name));
    socket.on("emit-to", (name, event) => io.of(name).emit(event));
  });
}
