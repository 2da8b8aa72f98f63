// What every server of the benchmark does, for those on Node's socket.io.
export function serve(io) {
  io.on("connection", (socket) => {
    socket.on("chat", (...values) => io.emit("chat", ...values));
    socket.on("echo", (value, answer) => (answer ? answer(value) : socket.emit("echo", value)));
    socket.on("join", (rooms, answer) => {
      socket.join(rooms);
      answer(true);
    });
    socket.on("room", (rooms, value) => io.to(rooms).emit("chat", value));
  });
}
